//! The house under faults: every seed holds every rule and settles, every planted mutant is seen, and a run can be had again.

use segue_sim::chaos::{Failure, Fault, Mutant, Settings, run};
use std::collections::BTreeSet;

/// Seeds in which each mutant must be seen.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=60;

fn holds(settings: &Settings) {
    let report = run(settings).unwrap_or_else(|failure| panic!("{failure}\nagain: {}", failure.again));
    assert!(report.arrived > 0, "nobody came: {report:?}");
}

#[test]
fn under_all_faults_every_rule_holds_and_everything_settles() {
    for seed in 1..=20 {
        holds(&Settings { seed, ..Settings::default() });
    }
}

#[test]
fn under_each_fault_alone_and_under_none() {
    holds(&Settings { faults: BTreeSet::new(), ..Settings::default() });
    for fault in Fault::ALL {
        holds(&Settings { seed: 3, faults: [*fault].into(), ..Settings::default() });
        let report = run(&Settings { seed: 3, faults: [*fault].into(), ..Settings::default() }).unwrap();
        assert!(report.faults.contains_key(fault.name()), "{fault} never befell");
    }
}

/// The first seed that sees a mutant.
fn seen(mutant: Mutant) -> Option<Failure> {
    SEEDS.into_iter().find_map(|seed| run(&Settings { seed, mutant: Some(mutant), ..Settings::default() }).err())
}

fn all_are_seen(mutants: &[Mutant]) {
    let lives: Vec<_> = mutants.iter().filter(|mutant| seen(**mutant).is_none()).map(ToString::to_string).collect();
    assert!(lives.is_empty(), "nobody saw {lives:?}");
}

#[test]
fn mutants_beside_the_router_are_seen() {
    let (beside, _) = Mutant::ALL.split_at(Mutant::ALL.len() / 2);
    all_are_seen(beside);
}

#[test]
fn mutants_of_engine_store_and_desk_are_seen() {
    assert!(Mutant::ALL.len() >= 30, "{}", Mutant::ALL.len());
    let (_, further) = Mutant::ALL.split_at(Mutant::ALL.len() / 2);
    all_are_seen(further);
}

#[test]
fn a_run_can_be_had_again_and_a_failure_says_how() {
    let sound = Settings { seed: 5, ..Settings::default() };
    assert_eq!(run(&sound), run(&sound));
    let failure = run(&Settings { mutant: Some(Mutant::CapForgotten), ..sound.clone() }).unwrap_err();
    assert_eq!(failure.again, "segue sim chaos --seed 5 --faults all --lasts 240s --customers 9 --mutant cap-forgotten");
    let few = Settings { faults: [Fault::Torn, Fault::Glare].into(), ..sound };
    assert_eq!(few.command(), "segue sim chaos --seed 5 --faults torn,glare --lasts 240s --customers 9");
}
