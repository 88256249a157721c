//! The record of a run: what was measured, where, and by which command; a line for each series.

use crate::report::Series;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use statrs::statistics::{Data, OrderStatistics};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// A series of more samples is recorded by its quantiles.
const MOST_SAMPLES: usize = 24;

/// The percentiles of a long series.
const PERCENTILES: [usize; 9] = [0, 1, 5, 25, 50, 75, 95, 99, 100];

/// Writes JSON: `{ "run": …, "series": [ … ] }`. `machine` is how the browsers name themselves, and the cores and the day.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, machine: &[String], series: &[Series]) -> Result<()> {
    let run = json!({ "commit": commit(), "command": command(), "machine": machine });
    let mut text = format!("{{ \"run\": {run:#},\n  \"series\": [");
    for (index, one) in series.iter().enumerate() {
        let separator = if index == 0 { "" } else { "," };
        write!(text, "{separator}\n{}", line(one))?;
    }
    text.push_str("\n] }\n");
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn line(series: &Series) -> Value {
    let Series { engine, what, contender, samples } = series;
    let (name, values) = if samples.len() > MOST_SAMPLES {
        let mut data = Data::new(samples.clone());
        ("percentiles", PERCENTILES.map(|percentile| data.percentile(percentile)).to_vec())
    } else {
        ("samples", samples.clone())
    };
    let median = four_digits(series.median());
    let values: Vec<_> = values.into_iter().map(four_digits).collect();
    let mut line = json!({ "engine": engine, "what": what, "contender": contender, "median": median });
    line[name] = values.into();
    line
}

/// Noise is a percent: the digits after the fourth say nothing. Integers have no point.
fn four_digits(value: f64) -> Value {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 { (rounded as i64).into() } else { rounded.into() }
}

/// The commit that is checked out, with a `+` if files differ from it; `unknown` outside of a clone.
fn commit() -> String {
    let git =
        Command::new("git").args(["describe", "--always", "--abbrev=7", "--exclude=*", "--dirty=+"]).output();
    let found = git.ok().filter(|output| output.status.success());
    found.map_or("unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn command() -> String {
    let flags: Vec<_> = std::env::args().skip(1).collect();
    format!("cargo xtask bench {}", flags.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(samples: Vec<f64>) -> Series {
        Series { engine: "chromium", what: "a call, us".into(), contender: "sabir", samples }
    }

    #[test]
    fn a_short_series_has_its_samples_in_four_digits() {
        let line = line(&series(vec![1.23456, 1_234_567.0, 0.0]));
        assert_eq!(line["samples"], json!([1.235, 1_235_000, 0]));
        assert_eq!(line["median"], json!(1.235));
    }

    #[test]
    fn a_long_series_has_its_percentiles() {
        let line = line(&series((0..=100).map(f64::from).collect()));
        assert_eq!(line["percentiles"].as_array().map(Vec::len), Some(PERCENTILES.len()));
        assert_eq!((&line["percentiles"][0], &line["percentiles"][8]), (&json!(0), &json!(100)));
        assert!(line.get("samples").is_none(), "{line}");
    }

    #[test]
    fn a_record_can_be_read() {
        let file = std::env::temp_dir().join(format!("sabir-record-{}.json", std::process::id()));
        write(&file, &["an engine".into()], &[series(vec![1.0]), series(vec![2.0])])
            .expect("it can be written");
        let text = std::fs::read_to_string(&file).expect("it is there");
        std::fs::remove_file(&file).expect("it is there");
        let record: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(record["series"].as_array().map(Vec::len), Some(2));
        assert_eq!(record["run"]["machine"], json!(["an engine"]));
    }
}
