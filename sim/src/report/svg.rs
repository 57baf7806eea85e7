//! Line charts as inline SVG: axes, a band for each confidence interval, and a line for what is to be reached.

use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 36.0;

/// A point of a line, with half of its interval's width where it has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) half: f64,
}

/// One line over labelled places.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) points: Vec<Point>,
    /// What stands below some places of the horizontal axis.
    pub(super) labels: Vec<(f64, String)>,
    pub(super) unit: Unit,
    /// A level line.
    pub(super) target: Option<f64>,
}

/// What the vertical axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Percent,
    Seconds,
}

impl Unit {
    fn label(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{:.0} %", value * 100.0),
            Self::Seconds if value.fract() > 0.0 => format!("{value:.1} s"),
            Self::Seconds => format!("{value:.0} s"),
        }
    }

    /// The top of the axis: all of it, or the next round number.
    fn top(self, highest: f64) -> f64 {
        match self {
            Self::Percent if highest > 0.25 => 1.0,
            Self::Percent | Self::Seconds => {
                let scale = 10f64.powf(highest.max(1e-3).log10().floor());
                [1.0, 2.0, 5.0, 10.0].map(|step| step * scale).into_iter().find(|top| *top >= highest).unwrap_or(highest)
            }
        }
    }
}

impl Chart {
    /// The picture. The title is read out where nobody sees it.
    pub(super) fn svg(&self, title: &str) -> String {
        let highest = self.points.iter().map(|point| point.y + finite(point.half)).chain(self.target).fold(0.0, f64::max);
        let top = self.unit.top(highest);
        let (first, last) = match (self.points.first(), self.points.last()) {
            (Some(first), Some(last)) if last.x > first.x => (first.x, last.x),
            (Some(only), _) => (only.x - 0.5, only.x + 0.5),
            (None, _) => (0.0, 1.0),
        };
        let x = |value: f64| LEFT + (value - first) / (last - first) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - value.clamp(0.0, top) / top * (HEIGHT - TOP - BOTTOM);
        let mut svg = format!(r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{}</title>"#, super::escape(title));
        for step in 0..=4 {
            let value = top * f64::from(step) / 4.0;
            let (at, label) = (y(value), self.unit.label(value));
            let _ = write!(svg, r#"<path class="grid" d="M{LEFT} {at:.1}H{}"/>"#, WIDTH - RIGHT);
            let _ = write!(svg, r#"<text class="left" x="{}" y="{:.1}">{label}</text>"#, LEFT - 6.0, at + 4.0);
        }
        for (place, label) in &self.labels {
            let _ = write!(svg, r#"<text class="below" x="{:.1}" y="{}">{}</text>"#, x(*place), HEIGHT - 14.0, super::escape(label));
        }
        let upper = self.points.iter().map(|point| (point.x, point.y + finite(point.half)));
        let lower = self.points.iter().rev().map(|point| (point.x, point.y - finite(point.half)));
        let _ = write!(svg, r#"<path class="band" d="{}Z"/>"#, path(upper.chain(lower).map(|(at, value)| (x(at), y(value)))));
        if let Some(target) = self.target {
            let _ = write!(svg, r#"<path class="target" d="M{LEFT} {:.1}H{}"/>"#, y(target), WIDTH - RIGHT);
        }
        let _ = write!(svg, r#"<path class="line" d="{}"/>"#, path(self.points.iter().map(|point| (x(point.x), y(point.y)))));
        svg.push_str("</svg>");
        svg
    }
}

/// A single run has an interval without end: nothing to draw.
const fn finite(half: f64) -> f64 {
    if half.is_finite() { half } else { 0.0 }
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let steps = points.enumerate().map(|(number, (x, y))| format!("{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' }));
    steps.collect()
}
