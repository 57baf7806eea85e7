//! What is counted in one run, or in one batch of a long one.

use segue_router::ExpectedWait;

/// Customers of one stream, or of one interval: each is counted where they arrived.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// How many came, those who came back included.
    pub offered: u64,
    /// How many an agent answered.
    pub answered: u64,
    /// How many of these within the target's time.
    pub within: u64,
    /// How many left before anybody answered.
    pub abandoned: u64,
    /// How many found no agent free when they came.
    pub delayed: u64,
    /// Waits of all who came, added, in milliseconds.
    pub waited: u64,
    /// The wait of each who was answered, in milliseconds.
    pub waits: Vec<u32>,
}

/// A share, where there is anything to share.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.within += other.within;
        self.abandoned += other.abandoned;
        self.delayed += other.delayed;
        self.waited += other.waited;
        self.waits.extend_from_slice(&other.waits);
    }

    fn done(&self) -> u64 {
        self.answered + self.abandoned
    }

    /// The share of customers who had to wait.
    #[must_use]
    pub fn wait_share(&self) -> Option<f64> {
        share(self.delayed, self.done())
    }

    /// The mean wait of everybody, those who left included, in seconds.
    #[must_use]
    pub fn mean_wait(&self) -> Option<f64> {
        share(self.waited, self.done()).map(|milliseconds| milliseconds / 1000.0)
    }

    /// The share answered in time. Who left is one who was not.
    #[must_use]
    pub fn service_level(&self) -> Option<f64> {
        share(self.within, self.done())
    }

    /// The share who left.
    #[must_use]
    pub fn abandonment(&self) -> Option<f64> {
        share(self.abandoned, self.done())
    }

    /// The wait that this share of the answered did not exceed, in seconds.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list, from a share of it")]
    pub fn wait_at(&self, share: f64) -> Option<f64> {
        let mut waits = self.waits.clone();
        let last = waits.len().checked_sub(1)?;
        let place = ((waits.len() as f64 * share).ceil() as usize).saturating_sub(1).min(last);
        let (_, wait, _) = waits.select_nth_unstable(place);
        Some(f64::from(*wait) / 1000.0)
    }
}

/// Agents of one team, or of all in one interval: time and load, in units times milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effort {
    /// What they held: offered, talking, wrapping up.
    pub held: f64,
    /// What they could have held while on duty.
    pub could: f64,
}

impl Effort {
    pub(crate) fn add(&mut self, more: Self) {
        self.held += more.held;
        self.could += more.could;
    }

    /// The share of their capacity that was in use.
    #[must_use]
    pub fn occupancy(&self) -> Option<f64> {
        (self.could > 0.0).then(|| self.held / self.could)
    }
}

/// What customers who had to wait were told, and what came: in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Told {
    /// How many were told a figure and then answered.
    pub count: u64,
    /// Of these, whose wait was at most the p50.
    pub below_p50: u64,
    /// Of these, whose wait was at most the p90.
    pub below_p90: u64,
    /// The squared differences between p50 and wait, added.
    pub squares: f64,
    /// The same for the mean of the latest waits, which other products tell.
    pub squares_of_past: f64,
}

impl Told {
    /// Somebody was told this, while the mean of the latest waits was `past`, and then waited so many milliseconds.
    pub(crate) fn compare(&mut self, told: ExpectedWait, past: f64, waited: f64) {
        let (p50, p90) = (told.p50.0 as f64, told.p90.0 as f64);
        self.count += 1;
        self.below_p50 += u64::from(waited <= p50);
        self.below_p90 += u64::from(waited <= p90);
        self.squares += ((waited - p50) / 1000.0).powi(2);
        self.squares_of_past += ((waited - past) / 1000.0).powi(2);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.below_p50 += other.below_p50;
        self.below_p90 += other.below_p90;
        self.squares += other.squares;
        self.squares_of_past += other.squares_of_past;
    }

    /// The root of the mean squared error of the p50, in seconds.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.squares / self.count as f64).sqrt())
    }

    /// The same of a mean of the latest waits.
    #[must_use]
    pub fn error_of_past(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.squares_of_past / self.count as f64).sqrt())
    }

    /// The shares whose wait was at most the p50 and the p90: 0.5 and 0.9, where the figures are right.
    #[must_use]
    pub fn shares(&self) -> Option<(f64, f64)> {
        Some((share(self.below_p50, self.count)?, share(self.below_p90, self.count)?))
    }
}

/// Everything that was counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// By stream.
    pub streams: Vec<Counts>,
    /// By interval.
    pub intervals: Vec<Counts>,
    /// By team.
    pub teams: Vec<Effort>,
    /// Of all agents, by interval.
    pub efforts: Vec<Effort>,
    /// How good the expected waits were.
    pub told: Told,
}

impl Tally {
    pub(crate) fn new(streams: usize, intervals: usize, teams: usize) -> Self {
        Self {
            streams: vec![Counts::default(); streams],
            intervals: vec![Counts::default(); intervals],
            teams: vec![Effort::default(); teams],
            efforts: vec![Effort::default(); intervals],
            told: Told::default(),
        }
    }

    /// All streams together.
    #[must_use]
    pub fn all(&self) -> Counts {
        let mut all = Counts::default();
        self.streams.iter().for_each(|stream| all.add(stream));
        all
    }

    /// All teams together.
    #[must_use]
    pub fn effort(&self) -> Effort {
        let mut all = Effort::default();
        self.teams.iter().for_each(|team| all.add(*team));
        all
    }
}
