//! Every refusal, by every verb that has it. The harness holds that each changes nothing.

use crate::tale::*;
use segue_router::{Arrival, Channel, Event, OfferId, Priority, Requirement, limits};

#[test]
fn of_arrivals() {
    let mut small = plan();
    small.queues.get_mut(&FAULTS).unwrap().depth = 1;
    for agent in small.agents.values_mut() {
        agent.capacity = segue_router::Units(50);
    }
    let mut tale = Tale::under(small);
    tale.arrive(1, chat(1));
    tale.arrive(2, chat(1));
    tale.arrive(3, Arrival { queue: NOWHERE, ..chat(2) });
    tale.arrive(4, Arrival { channel: Channel::App, ..chat(2) });
    tale.arrive(5, call(2));
    tale.arrive(6, Arrival { queue: FAULTS, ..chat(2) });
    tale.arrive(7, Arrival { queue: FAULTS, ..chat(3) });
    let many = Requirement::All(vec![at_least(FRENCH, 1); limits::REQUIREMENT_PARTS]);
    tale.arrive(8, Arrival { needs: many, ..chat(3) });
    let names = (100..).map(segue_router::AgentId).take(limits::EXCLUDED + 1).collect();
    tale.arrive(9, Arrival { excluded: names, ..chat(3) });
    insta::assert_snapshot!(tale.told());
}

#[test]
fn of_whom_nobody_knows() {
    let mut tale = Tale::new();
    tale.at(1, Event::SignIn(NOBODY, ready()));
    tale.at(1, Event::Present(NOBODY, ready()));
    tale.at(1, Event::PresentNext(NOBODY, None));
    tale.at(1, Event::Lose(NOBODY));
    tale.at(1, Event::SignOut(NOBODY));
    tale.at(1, Event::Accept(NOBODY, OfferId(1)));
    tale.at(1, Event::Decline(NOBODY, OfferId(1), 0));
    tale.at(1, Event::Finish(NOBODY, nr(1)));
    tale.at(1, Event::WrapUp(NOBODY, nr(1), None));
    tale.at(1, Event::Extend(NOBODY, nr(1)));
    tale.at(1, Event::TransferToQueue(NOBODY, nr(1), FAULTS, Requirement::default()));
    tale.at(1, Event::TransferToAgent(NOBODY, nr(1), ADA));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn of_what_nobody_holds() {
    let mut tale = Tale::with(&[ADA]);
    tale.accept(1, ADA, 1);
    tale.at(1, Event::Decline(ADA, OfferId(1), 0));
    tale.at(1, Event::Finish(ADA, nr(1)));
    tale.at(1, Event::WrapUp(ADA, nr(1), None));
    tale.at(1, Event::Extend(ADA, nr(1)));
    tale.at(1, Event::TransferToQueue(ADA, nr(1), FAULTS, Requirement::default()));
    tale.at(1, Event::TransferToAgent(ADA, nr(1), BO));
    tale.at(1, Event::Requeue(nr(1)));
    tale.at(1, Event::Prioritise(nr(1), Priority(1)));
    tale.at(1, Event::Suspend(nr(1)));
    tale.at(1, Event::Abandon(nr(1)));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn of_who_is_signed_out() {
    let mut tale = Tale::new();
    tale.at(1, Event::Present(ADA, ready()));
    tale.at(1, Event::PresentNext(ADA, Some(pause())));
    tale.at(1, Event::Lose(ADA));
    tale.at(1, Event::SignOut(ADA));
    insta::assert_snapshot!(tale.told());
}

#[test]
fn of_what_is_somebody_elses_or_at_another_moment() {
    let mut tale = Tale::with(&[ADA, BO]);
    tale.arrive(2, call(1));
    tale.accept(3, BO, 1);
    tale.at(3, Event::Decline(BO, OfferId(1), 0));
    tale.at(3, Event::Finish(ADA, nr(1)));
    tale.at(3, Event::Prioritise(nr(1), Priority(1)));
    tale.accept(4, ADA, 1);
    tale.accept(5, ADA, 1);
    tale.at(5, Event::Finish(BO, nr(1)));
    tale.at(5, Event::TransferToQueue(BO, nr(1), FAULTS, Requirement::default()));
    tale.at(5, Event::TransferToAgent(BO, nr(1), ADA));
    tale.at(5, Event::WrapUp(ADA, nr(1), None));
    tale.at(5, Event::Extend(ADA, nr(1)));
    tale.at(5, Event::Prioritise(nr(1), Priority(1)));
    tale.at(6, Event::Finish(ADA, nr(1)));
    tale.at(7, Event::WrapUp(BO, nr(1), None));
    tale.at(7, Event::SignOut(BO));
    tale.at(7, Event::Present(ADA, pause()));
    tale.arrive(8, call(2));
    tale.at(9, Event::Requeue(nr(2)));
    insta::assert_snapshot!(tale.told());
}
