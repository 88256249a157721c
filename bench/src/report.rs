//! Samples, and the table of their medians.

use sabir_pages::Engine;
use statrs::statistics::{Data, Max, Min, OrderStatistics};
use std::fmt;

/// All samples, in the order in which their kinds first came.
#[derive(Default)]
pub struct Report {
    series: Vec<Series>,
    machine: Vec<String>,
}

/// The samples of one contender at one thing, in one engine.
pub struct Series {
    pub engine: &'static str,
    pub what: String,
    pub contender: &'static str,
    pub samples: Vec<f64>,
}

impl Report {
    pub fn add(&mut self, engine: Engine, what: &str, contender: &'static str, sample: f64) {
        let engine = engine.name();
        match self.series.iter_mut().find(|series| series.is(engine, what, contender)) {
            Some(series) => series.samples.push(sample),
            None => {
                self.series.push(Series { engine, what: what.to_owned(), contender, samples: vec![sample] })
            }
        }
    }

    /// The median of the ratios of sabir's samples to each contender's in the same rounds, by contender.
    pub fn ratios(&self, engine: Engine, what: &str) -> Vec<(&'static str, f64)> {
        let ours = |series: &&Series| series.engine == engine.name() && series.what == what;
        let Some(own) = self.series.iter().filter(ours).find(|series| series.contender == "sabir") else {
            return Vec::new();
        };
        let others = self.series.iter().filter(ours).filter(|series| series.contender != "sabir");
        others.map(|series| (series.contender, own.ratio_to(series))).collect()
    }

    /// The median of the ratios of one contender's samples to another's in the same rounds.
    pub fn ratio(&self, engine: Engine, what: &str, own: &str, other: &str) -> Option<f64> {
        let series = |contender| self.series.iter().find(|series| series.is(engine.name(), what, contender));
        Some(series(own)?.ratio_to(series(other)?))
    }

    /// Every sample of a contender's.
    pub fn samples(&self, engine: Engine, what: &str, contender: &str) -> &[f64] {
        let found = self.series.iter().find(|series| series.is(engine.name(), what, contender));
        found.map_or(&[], |series| &series.samples)
    }

    /// The median of a contender's samples, if it was measured.
    pub fn median(&self, engine: Engine, what: &str, contender: &str) -> Option<f64> {
        let samples = self.samples(engine, what, contender);
        (!samples.is_empty()).then(|| Data::new(samples.to_vec()).median())
    }

    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Notes how a browser names itself and its machine, once.
    pub fn note_machine(&mut self, machine: String) {
        if !self.machine.contains(&machine) {
            self.machine.push(machine);
        }
    }

    pub fn machine(&self) -> &[String] {
        &self.machine
    }
}

impl Series {
    fn is(&self, engine: &str, what: &str, contender: &str) -> bool {
        (self.engine, &*self.what, self.contender) == (engine, what, contender)
    }

    pub fn median(&self) -> f64 {
        Data::new(self.samples.clone()).median()
    }

    /// Sample by sample, so that load on the machine in a round counts for neither.
    fn ratio_to(&self, other: &Series) -> f64 {
        let ratios = self.samples.iter().zip(&other.samples).map(|(own, other)| own / other);
        // A clock that ticks too slowly gives samples of 0.
        let ratios = ratios.filter(|ratio| ratio.is_finite());
        Data::new(ratios.collect::<Vec<_>>()).median()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let columns = ("engine", "what", "contender", "median", "least", "most", "ratio");
        let (engine, what, contender, median, least, most, ratio) = columns;
        writeln!(
            formatter,
            "{engine:9} {what:50} {contender:11} {median:>12} {least:>12} {most:>12} {ratio:>8}"
        )?;
        for series in &self.series {
            let data = Data::new(series.samples.clone());
            let (median, least, most) = (series.median(), data.min(), data.max());
            let own = self.series.iter().find(|other| other.is(series.engine, &series.what, "sabir"));
            let ratio = match own {
                Some(own) if series.contender != "sabir" && median != 0.0 => {
                    format!("{:.2}", own.ratio_to(series))
                }
                _ => String::new(),
            };
            writeln!(
                formatter,
                "{:9} {:50} {:11} {median:>12.1} {least:>12.1} {most:>12.1} {ratio:>8}",
                series.engine, series.what, series.contender
            )?;
        }
        write!(
            formatter,
            "ratio: the median of sabir's samples, each divided by this contender's of the same round"
        )
    }
}
