//! What it costs to read each hostile message: `cargo bench -p segue-adapter-email`. None may take 100 ms.

#[path = "../tests/messages/hostile/mod.rs"]
mod hostile;

use criterion::{Criterion, criterion_group, criterion_main};
use segue_adapter_email::mail::{Limits, Ours, read};
use std::time::Duration;

fn hostile_messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("email/read");
    group.sample_size(10).warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(200));
    for case in hostile::all() {
        group.bench_function(format!("{}: it {}", case.name, case.tries), |b| {
            b.iter(|| read(&case.raw, &Ours::default(), &Limits::default()))
        });
    }
    group.finish();
}

criterion_group!(benches, hostile_messages);
criterion_main!(benches);
