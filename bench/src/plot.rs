//! The plot: what a call costs by the size of its payload and by the number of workers that call at once, and how calls
//! are spread; of whatever was measured.

use crate::MEASURED;
use crate::report::Report;
use crate::{fallback, javascript};
use anyhow::{Context, Result};
use plotters::prelude::*;
use sabir_pages::Engine;
use std::path::Path;

const PANEL: (u32, u32) = (560, 380);
const BURST: &str = "calls of a burst, by their us";

/// One contender's points.
type Series = (&'static str, Vec<(f64, f64)>);

/// Draws a row for each engine, with a panel for each kind of cost, into an SVG file.
///
/// # Errors
/// If the file cannot be written.
pub fn draw(report: &Report, path: &Path) -> Result<()> {
    let rows = MEASURED.map(|engine| (engine, panels(report, engine)));
    let rows: Vec<_> = rows.into_iter().filter(|(_, panels)| !panels.is_empty()).collect();
    let columns = rows.iter().map(|(_, panels)| panels.len()).max().unwrap_or(1);
    let size = (columns as u32 * PANEL.0, rows.len().max(1) as u32 * PANEL.1);
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    let areas = area.split_evenly((rows.len().max(1), columns));
    for ((engine, panels), areas) in rows.into_iter().zip(areas.chunks(columns)) {
        for ((what, series), area) in panels.into_iter().zip(areas) {
            draw_panel(area, engine, what, &series)?;
        }
    }
    area.present().with_context(|| format!("cannot write {}", path.display()))
}

/// The measurements in an engine.
fn panels(report: &Report, engine: Engine) -> Vec<(&'static str, Vec<Series>)> {
    let echoes = |sizes: &[(u32, u32)], row: fn(u32) -> String, contender: &str| {
        let point = |len| Some((f64::from(len).max(1.0), report.median(engine, &row(len), contender)?));
        sizes.iter().filter_map(|(len, _)| point(*len)).collect()
    };
    let at_once = |contender: &str| {
        let point = |count| {
            let per_second = report.median(engine, &javascript::at_once(count), contender)?;
            Some((f64::from(count), 1000.0 / per_second))
        };
        javascript::WORKERS.iter().filter_map(|count| point(*count)).collect()
    };
    let latencies = |row: &str, contender: &str| histogram(report.samples(engine, row, contender));
    let of = |contenders: &[&'static str], points: &dyn Fn(&str) -> Vec<(f64, f64)>| {
        let series = contenders.iter().map(|contender| (*contender, points(contender)));
        series.filter(|(_, points)| !points.is_empty()).collect::<Vec<Series>>()
    };
    let (rivals, transports) = (&javascript::RIVALS, &fallback::TRANSPORTS);
    let (sizes, unshared) = (&javascript::SIZES, &fallback::SIZES);
    let mut panels = vec![
        ("an echo, ms, by its bytes", of(rivals, &|rival| echoes(sizes, javascript::echo_of, rival))),
        ("a call, ms, by the workers that call at once", of(rivals, &at_once)),
        (BURST, of(rivals, &|rival| latencies(javascript::LATENCY, rival))),
        ("an echo, ms, by its bytes", of(transports, &|name| echoes(unshared, fallback::echo_of, name))),
        (BURST, of(transports, &|name| latencies(fallback::LATENCY, name))),
    ];
    panels.retain(|(_, series)| !series.is_empty());
    panels
}

/// How many of the samples fall into each bin, of which there are six to a power of ten; empty bins are left out.
fn histogram(samples: &[f64]) -> Vec<(f64, f64)> {
    const BINS_A_DECADE: f64 = 6.0;
    let bin = |sample: f64| (sample.max(1.0).log10() * BINS_A_DECADE).round() as i32;
    let mut counts = std::collections::BTreeMap::<i32, f64>::new();
    for sample in samples {
        *counts.entry(bin(*sample)).or_default() += 1.0;
    }
    counts.into_iter().map(|(bin, count)| (10_f64.powf(f64::from(bin) / BINS_A_DECADE), count)).collect()
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw_panel(area: &Area, engine: Engine, what: &str, series: &[Series]) -> Result<()> {
    let all = || series.iter().flat_map(|(_, points)| points);
    let range = |of: fn(&(f64, f64)) -> f64, room: f64| {
        let least = all().map(of).fold(f64::MAX, f64::min);
        (least / 1.5)..(all().map(of).fold(0.0, f64::max) * room)
    };
    // Costs rise to the right, which leaves the upper left to the legend; a burst's calls stand everywhere.
    let (legend, room) = match what {
        BURST => (SeriesLabelPosition::UpperRight, 40.0),
        _ => (SeriesLabelPosition::UpperLeft, 1.5),
    };
    let mut chart = ChartBuilder::on(area)
        .caption(format!("{}: {what}", engine.name()), ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(60)
        .build_cartesian_2d(
            range(|point| point.0, room).log_scale(),
            range(|point| point.1, 1.5).log_scale(),
        )?;
    let label = |value: &f64| short(*value);
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_label_formatter(&label)
        .y_label_formatter(&label)
        .draw()?;
    for ((name, points), colour) in series.iter().zip([BLUE, RED, GREEN, MAGENTA]) {
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
        chart
            .draw_series(line)?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, colour.filled())))?;
    }
    chart.configure_series_labels().position(legend).background_style(WHITE).border_style(BLACK).draw()?;
    Ok(())
}

/// A power of ten, as people write it: 0.01, 100, 10k, 1M.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{}M", value / 1e6),
        value if value >= 1e3 => format!("{}k", value / 1e3),
        value => value.to_string(),
    }
}
