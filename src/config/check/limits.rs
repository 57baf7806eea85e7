//! Limits on what comes from outside.

use super::Checker;
use crate::config::plan::Limits;
use crate::config::raw;
use crate::config::units::Size;
use std::time::Duration;

pub(super) fn resolve(raw: &raw::Limits, checker: &mut Checker<'_>) -> Limits {
    let ms = Duration::from_millis;
    for (key, value, least, most) in [
        ("header_time", raw.header_time, ms(100), ms(120_000)),
        ("handshake_time", raw.handshake_time, ms(100), ms(120_000)),
        ("body_window", raw.body_window, ms(100), ms(600_000)),
        ("ws_ping", raw.ws_ping, ms(1_000), ms(600_000)),
        ("deadline", raw.deadline, ms(100), ms(600_000)),
    ] {
        checker.between(&["limits", key], value.0, least, most);
    }
    for (key, value) in [
        ("http2_streams", raw.http2_streams),
        ("http2_resets", raw.http2_resets),
        ("code_tries", raw.code_tries),
        ("code_tries_tenant", raw.code_tries_tenant),
        ("connections", raw.connections),
        ("sockets", raw.sockets),
        ("sockets_per_address", raw.sockets_per_address),
        ("sockets_unadmitted", raw.sockets_unadmitted),
        ("commands", raw.commands),
    ] {
        if value == 0 {
            checker.wrong(&["limits", key], "with 0 nothing can come in", "1 or more; take the key out for the default");
        }
    }
    let for_desks = raw.sockets_for_desks.unwrap_or(raw.sockets / 10);
    if for_desks > 0 && for_desks >= raw.sockets {
        let mend = "fewer than `sockets`: customers need some too";
        checker.wrong(&["limits", "sockets_for_desks"], format!("{for_desks} leave none for customers"), mend);
    }
    for (key, value, least, most) in [
        ("ws_frame", raw.ws_frame, 1 << 10, 16 << 20),
        ("ws_message", raw.ws_message, raw.ws_frame.0.max(1 << 10), 64 << 20),
        ("grpc_message", raw.grpc_message, 4 << 10, 64 << 20),
        ("header_list", raw.header_list, 4 << 10, 1 << 20),
        ("body_rate", raw.body_rate, 1, 1 << 20),
        ("session_bytes", raw.session_bytes, 4 << 10, 1 << 20),
    ] {
        if value.0 < least || value.0 > most {
            let spell = |bytes: usize| String::from(Size(bytes));
            let (given, least, most) = (spell(value.0), spell(least), spell(most));
            let mend = format!("{least} to {most}; take the key out for the default");
            checker.wrong(&["limits", key], format!("{given} is not between {least} and {most}"), &mend);
        }
    }
    Limits {
        header_time: raw.header_time.0,
        handshake_time: raw.handshake_time.0,
        ws_frame: raw.ws_frame.0,
        ws_message: raw.ws_message.0,
        ws_ping: raw.ws_ping.0,
        grpc_message: raw.grpc_message.0,
        http2_streams: raw.http2_streams,
        http2_resets: raw.http2_resets as usize,
        header_list: u32::try_from(raw.header_list.0).unwrap_or(u32::MAX),
        body_rate: raw.body_rate.0,
        body_window: raw.body_window.0,
        session_bytes: raw.session_bytes.0,
        code_tries: raw.code_tries,
        code_tries_tenant: raw.code_tries_tenant,
        connections: raw.connections as usize,
        sockets: raw.sockets as usize,
        sockets_for_desks: for_desks as usize,
        sockets_per_address: raw.sockets_per_address as usize,
        sockets_unadmitted: raw.sockets_unadmitted as usize,
        commands: raw.commands as usize,
        deadline: raw.deadline.0,
    }
}
