//! What one step costs, on a large floor and on a hundredth of it: `cargo bench -p segue-router --features workload`.
//!
//! One element is one step of the mix: arrive, accept, finish, wrap up (which brings the next offer).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use segue_router::workload::{Floor, Size};

fn decide(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(1));
    for (name, size) in [("small", Size::SMALL), ("large", Size::LARGE)] {
        let mut floor = Floor::new(size, 7);
        let mut out = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let event = floor.draw();
                floor.step(event, &mut out);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
