//! Figures of the process itself, as every Prometheus client names them. Read from `/proc`; elsewhere there are none.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::fs;

/// Ticks of `/proc/self/stat` in a second: `USER_HZ`, 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;
/// Bytes of a page, on the machines we are built for.
const PAGE: i64 = 4096;

/// Reads the process's figures at each scrape.
#[derive(Debug)]
pub(super) struct Process;

/// What `/proc/self/stat` says.
struct Stat {
    cpu_seconds: f64,
    resident: i64,
    threads: i64,
}

fn stat() -> Option<Stat> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the name in parentheses, which may hold blanks: fields are counted from after it.
    let fields: Vec<_> = text.rsplit_once(") ")?.1.split(' ').collect();
    let number = |place: usize| fields.get(place)?.trim().parse::<i64>().ok();
    #[expect(clippy::cast_precision_loss, reason = "ticks since the start of the process fit")]
    let cpu_seconds = (number(11)? + number(12)?) as f64 / TICKS;
    Some(Stat { cpu_seconds, threads: number(17)?, resident: number(21)? * PAGE })
}

/// Files open now, and the most that may be.
pub(crate) fn files() -> Option<(i64, i64)> {
    let open = i64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()?;
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    Some((open, line.split_whitespace().nth(3)?.parse().ok()?))
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut gauge = |name: &str, help: &str, unit: Option<&Unit>, value: i64| {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, unit, gauge.metric_type())?)
        };
        if let Some(stat) = stat() {
            gauge("process_resident_memory", "Memory held", Some(&Unit::Bytes), stat.resident)?;
            gauge("process_threads", "Threads", None, stat.threads)?;
            let cpu = ConstCounter::new(stat.cpu_seconds);
            cpu.encode(encoder.encode_descriptor("process_cpu", "Processor time used", Some(&Unit::Seconds), cpu.metric_type())?)?;
        }
        if let Some((open, most)) = files() {
            let mut gauge = |name: &str, help: &str, value: i64| {
                let gauge = ConstGauge::new(value);
                gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
            };
            gauge("process_open_fds", "Files and sockets open", open)?;
            gauge("process_max_fds", "Files and sockets that may be open", most)?;
        }
        Ok(())
    }
}
