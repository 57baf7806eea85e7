//! Who serves: shifts, how long answers take, and how much of their capacity is in use.

use crate::agenda::{Agenda, What};
use crate::plan::Numbered;
use crate::random::{Purpose, Run, Source};
use crate::scenario::Scenario;
use crate::tally::{Effort, Tally};
use crate::world::later;
use segue_router::{AgentId, Change, Readiness, Time};

/// All teams of a run.
#[derive(Debug)]
pub(crate) struct Staff<'a> {
    scenario: &'a Scenario,
    /// By team, the first agent's number, and the number after the last one's.
    ranges: Vec<(u32, u32)>,
    answers: Vec<Source>,
    /// By agent.
    team: Vec<usize>,
    /// By agent: units held, and units that could be held.
    held: Vec<Effort>,
    /// By team: the same, added.
    load: Vec<Effort>,
    /// Up to when it has been counted.
    counted: Time,
}

impl<'a> Staff<'a> {
    pub(crate) fn new(scenario: &'a Scenario, numbered: &Numbered, run: Run) -> Self {
        let ranges: Vec<_> = scenario.teams.iter().zip(&numbered.first).map(|(team, first)| (*first, first + team.agents)).collect();
        let team: Vec<usize> = ranges.iter().enumerate().flat_map(|(team, (first, end))| (*first..*end).map(move |_| team)).collect();
        Self {
            scenario,
            answers: (0..ranges.len()).map(|of| Source::child(run, Purpose::Answer, of)).collect(),
            held: vec![Effort::default(); team.len()],
            load: vec![Effort::default(); ranges.len()],
            ranges,
            team,
            counted: Time(0),
        }
    }

    /// The day's shifts; a team without any works all the time.
    pub(crate) fn put_shifts(&self, agenda: &mut Agenda<What>) {
        for (number, team) in self.scenario.teams.iter().enumerate() {
            if team.shifts.is_empty() {
                agenda.put(Time(0), What::Begin(number));
            }
            for shift in &team.shifts {
                let at = |clock: f64| later(Time(0), (clock - self.scenario.opens.0).max(0.0));
                agenda.put(at(shift.from.0), What::Begin(number));
                if shift.to.0.is_finite() {
                    agenda.put(at(shift.to.0), What::End(number));
                }
            }
        }
    }

    pub(crate) fn members(&self, team: usize) -> impl Iterator<Item = AgentId> + use<> {
        let (first, end) = self.ranges[team];
        (first..end).map(AgentId)
    }

    /// In how many milliseconds the agent answers; `None`: at once.
    pub(crate) fn answers_after(&mut self, agent: AgentId) -> Option<f64> {
        let team = self.team[agent.0 as usize];
        let law = self.scenario.teams[team].answer.as_ref()?;
        Some(law.draw(&mut self.answers[team]))
    }

    /// An agent is not as before.
    pub(crate) fn heed(&mut self, now: Time, interval: usize, change: &Change, tally: &mut Tally) {
        let agent = change.agent.0 as usize;
        let works = match change.readiness {
            Readiness::SignedOut | Readiness::Lost => false,
            Readiness::Idle | Readiness::Unresponsive => !change.presence.channels.is_empty(),
            Readiness::Offered | Readiness::Busy | Readiness::WrappingUp => true,
        };
        let fresh = Effort { held: f64::from(change.load.0), could: if works { f64::from(change.capacity.0) } else { 0.0 } };
        if self.held[agent] != fresh {
            self.flush(now, interval, tally);
            let load = &mut self.load[self.team[agent]];
            load.held += fresh.held - self.held[agent].held;
            load.could += fresh.could - self.held[agent].could;
            self.held[agent] = fresh;
        }
    }

    /// Counts what was held up to now. Overtime does not count.
    pub(crate) fn flush(&mut self, now: Time, interval: usize, tally: &mut Tally) {
        let passed = now.since(self.counted).0 as f64;
        self.counted = now;
        let Some(all) = tally.efforts.get_mut(interval).filter(|_| passed > 0.0) else { return };
        for (load, effort) in self.load.iter().zip(&mut tally.teams) {
            let more = Effort { held: load.held * passed, could: load.could * passed };
            effort.add(more);
            all.add(more);
        }
    }
}
