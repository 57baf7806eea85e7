//! How sure one may be of a simulated mean: intervals by Student's t over runs that are independent, or nearly so.

/// A mean with its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean over the runs.
    pub mean: f64,
    /// Half the width of the interval; infinite from a single run.
    pub half: f64,
}

impl Interval {
    /// The mean of these values, one for each run, with an interval that holds the true mean with probability `level`.
    #[must_use]
    pub fn of(values: &[f64], level: f64) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        if values.len() < 2 {
            return Self { mean, half: f64::INFINITY };
        }
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self { mean, half: student(level, values.len() - 1) * (variance / count).sqrt() }
    }

    /// Whether the value lies inside. Past the last digit of a figure nobody measures anything.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        (value - self.mean).abs() <= self.half + 1e-9
    }
}

/// Within how many standard errors a mean of `freedom + 1` values lies with probability `level`.
fn student(level: f64, freedom: usize) -> f64 {
    let (mut low, mut high) = (0.0, 1e4);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if within(middle, freedom) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The probability that a variable by Student's law lies within ±t: the finite series of Abramowitz and Stegun, 26.7.3
/// and 26.7.4.
fn within(t: f64, freedom: usize) -> f64 {
    let angle = (t / (freedom as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let odd = freedom % 2 == 1;
    let (mut term, mut sum) = (if odd { cosine } else { 1.0 }, 0.0);
    let mut at = if odd { 1 } else { 0 };
    while at + 2 <= freedom {
        sum += term;
        at += 2;
        term *= cosine * cosine * (at - 1) as f64 / at as f64;
    }
    if odd { (angle + sine * sum) * std::f64::consts::FRAC_2_PI } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_s_table() {
        for (level, freedom, t) in [(0.95, 1, 12.706), (0.95, 2, 4.303), (0.99, 9, 3.250), (0.99, 19, 2.861), (0.99, 30, 2.750)] {
            assert!((student(level, freedom) - t).abs() < 0.001, "{level} {freedom}: {}", student(level, freedom));
        }
    }

    #[test]
    fn an_interval_of_a_few_runs() {
        let interval = Interval::of(&[9.0, 10.0, 11.0], 0.95);
        assert!((interval.mean - 10.0).abs() < 1e-12 && (interval.half - 4.303 / 3.0f64.sqrt()).abs() < 0.001, "{interval:?}");
        assert!(interval.holds(12.0) && !interval.holds(13.0));
        assert!(Interval::of(&[1.0], 0.99).half.is_infinite());
    }
}
