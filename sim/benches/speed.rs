//! How many interactions a second of one core simulates: `cargo bench -p segue-sim`.
//!
//! One element is one interaction from arrival to end: arrive, offer, accept, finish, each a step of the real router.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use segue_sim::Length;
use segue_sim::check::{Effort, erlang};
use segue_sim::theory::Queue;

fn speed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sim");
    group.sample_size(10);
    let effort = Effort { seed: 1, batches: 9, customers: 20_000 };
    group.throughput(Throughput::Elements(u64::from((effort.batches + 1) * effort.customers)));
    for (name, per_minute) in [("m/m/50 at 90 %", 45.0), ("m/m/50 at 96 %", 48.0)] {
        let minute = Length::seconds(60.0);
        let queue = Queue { arrivals: segue_sim::Rate::of(per_minute, minute), handling: minute, agents: 50, patience: None };
        group.bench_function(name, |bencher| bencher.iter(|| erlang(queue, Length::seconds(20.0), effort)));
    }
    group.finish();
}

criterion_group!(benches, speed);
criterion_main!(benches);
