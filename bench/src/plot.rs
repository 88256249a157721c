//! The plot: what a call costs by the size of its payload, by the number of workers that call at once, and how calls are spread.

use crate::javascript::{LATENCY, RIVALS, SIZES, WORKERS, at_once, echo_of};
use crate::report::Report;
use anyhow::{Context, Result};
use plotters::prelude::*;
use sabir_harness::{ENGINES, Engine};
use std::path::Path;

const PANEL: (u32, u32) = (560, 380);

/// Draws one panel for each engine and each kind of cost into an SVG file.
///
/// # Errors
/// If the file cannot be written.
pub fn draw(report: &Report, path: &Path) -> Result<()> {
    let area = SVGBackend::new(path, (3 * PANEL.0, 2 * PANEL.1)).into_drawing_area();
    area.fill(&WHITE)?;
    let panels = area.split_evenly((2, 3));
    for (engine, row) in ENGINES.into_iter().zip(panels.chunks(3)) {
        let sizes = |rival: &str| {
            SIZES
                .iter()
                .filter_map(|(len, _)| {
                    Some((f64::from(*len).max(1.0), report.median(engine, &echo_of(*len), rival)?))
                })
                .collect()
        };
        panel(&row[0], engine, "an echo, ms, by its bytes", sizes)?;
        let workers = |rival: &str| {
            WORKERS
                .iter()
                .filter_map(|count| {
                    let per_second = report.median(engine, &at_once(*count), rival)?;
                    Some((f64::from(*count), 1000.0 / per_second))
                })
                .collect()
        };
        panel(&row[1], engine, "a call, ms, by the workers that call at once", workers)?;
        let latencies = |rival: &str| histogram(report.samples(engine, LATENCY, rival));
        panel(&row[2], engine, "calls of a burst, by their us", latencies)?;
    }
    area.present().with_context(|| format!("cannot write {}", path.display()))
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

fn panel(area: &Area, engine: Engine, what: &str, points: impl Fn(&str) -> Vec<(f64, f64)>) -> Result<()> {
    let series: Vec<(&str, Vec<(f64, f64)>)> = RIVALS.iter().map(|rival| (*rival, points(rival))).collect();
    let all = || series.iter().flat_map(|(_, points)| points);
    let range = |of: fn(&(f64, f64)) -> f64| {
        let least = all().map(of).fold(f64::MAX, f64::min);
        (least / 1.5)..(all().map(of).fold(0.0, f64::max) * 1.5)
    };
    if all().next().is_none() {
        return Ok(());
    }
    let mut chart = ChartBuilder::on(area)
        .caption(format!("{}: {what}", engine.name()), ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(60)
        .build_cartesian_2d(range(|point| point.0).log_scale(), range(|point| point.1).log_scale())?;
    chart.configure_mesh().light_line_style(WHITE).draw()?;
    for ((name, points), colour) in series.iter().zip([BLUE, RED]) {
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
        chart
            .draw_series(line)?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, colour.filled())))?;
    }
    chart.configure_series_labels().position(SeriesLabelPosition::UpperLeft).border_style(BLACK).draw()?;
    Ok(())
}
