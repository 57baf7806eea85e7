//! Answers on standard output: a reader that goes away early is no error.

use crate::config;
use comfy_table::{ContentArrangement, Table, TableStyle};
use segue_proto::Timestamp;
use std::io::{self, Write as _};
use std::time::Duration;
use uuid::Uuid;

/// Writes a text as it is.
pub(super) fn text(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line.
pub(super) fn line(line: &str) {
    text(&format!("{line}\n"));
}

/// Writes a value as JSON.
pub(super) fn json(value: &impl serde::Serialize) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Reads an id as it is typed: with hyphens, or without them as addresses and logs have it.
pub(super) fn id(typed: &str) -> Result<Uuid, &'static str> {
    Uuid::try_parse(typed.trim()).map_err(|_| "an id has 32 signs of 0-9 and a-f, with hyphens or without; `list` prints them")
}

/// Reads a length of time: `5m`, `1h 30m`, or bare seconds. From a second to `MOST` seconds.
pub(super) fn lasting<const MOST: u64>(typed: &str) -> Result<Duration, String> {
    let seconds = typed.parse().map(Duration::from_secs);
    let lasting = match seconds {
        Ok(lasting) => lasting,
        Err(_) => config::lasting(typed)?,
    };
    let most = Duration::from_secs(MOST);
    let fits = (Duration::from_secs(1)..=most).contains(&lasting);
    if fits { Ok(lasting) } else { Err(format!("not between 1s and {}", config::spelled(most))) }
}

/// As [`table`]; where there are no rows it says so, and not on standard output.
pub(super) fn listing<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>, none: &str) {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_some() {
        table(head, rows);
    } else {
        let _ = writeln!(io::stderr(), "{none}");
    }
}

/// Writes rows under a head, as wide as the terminal allows.
pub(super) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Dynamic).set_header(head);
    table.add_rows(rows);
    line(&table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n"));
}

/// A moment in milliseconds since the Unix epoch, for people: UTC, to the second.
pub(super) fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// A moment of the wire, in the same way.
pub(super) fn time(at: Option<&Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| moment(at.seconds.saturating_mul(1000)))
}
