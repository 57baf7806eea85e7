//! Reports of deliveries (RFC 3464), and what only looks like one.

use super::{Case, case, wire};

const ABOUT: &str = "Message-ID: <abc.0123@acme.example>\nFrom: help@acme.example\nSubject: Your matter\n";

pub(super) fn all() -> Vec<Case> {
    let failed = "Reporting-MTA: dns; mx.example\nArrival-Date: Mon, 5 Jan 2026 10:00:00 +0000\n\n\
                  Final-Recipient: rfc822; ana@customer.example\nAction: failed\nStatus: 5.1.1\n\
                  Diagnostic-Code: smtp; 550 5.1.1 No such\n mailbox <ana@customer.example>\n";
    vec![
        case("failed", "tells that nobody lives there", report(failed, ABOUT)),
        case("delayed", "tells that it goes on trying", {
            report("Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822;ana@customer.example\nAction: delayed\nStatus: 4.4.1\n", ABOUT)
        }),
        case("two recipients", "tells of two", {
            report(
                "Reporting-MTA: dns; a\n\nOriginal-Recipient: rfc822;Ana@customer.example\nFinal-Recipient: rfc822;a1@mx.example\n\
                 Action: failed\nStatus: 5.2.2\n\nFinal-Recipient: rfc822;bob@customer.example\nAction: Delivered\nStatus: 2.0.0\n",
                ABOUT,
            )
        }),
        case("encoded report", "tells it in base64", {
            let told = "UmVwb3J0aW5nLU1UQTogZG5zOyBhCgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgYW5hQGN1c3RvbWVyLmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQK";
            parts(&format!("Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n{told}\n"), ABOUT)
        }),
        case("about nothing", "does not bring what it is about", report(failed, "")),
        case("no recipient", "names nobody", report("Reporting-MTA: dns; a\n", ABOUT)),
        case("no action", "does not say what was done", report("Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@b.example\n", ABOUT)),
        case("a code that is none", "has a code that is none", {
            report("Reporting-MTA: a\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 999.1\n", ABOUT)
        }),
        case("garbage", "is garbage", report("\n\n:::\n\u{1}\n\nAction\n", ABOUT)),
        case("many recipients", "tells of more than are read", {
            let one = "Final-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.0.0\n\n";
            report(&format!("Reporting-MTA: a\n\n{}", one.repeat(5000)), ABOUT)
        }),
        case("a reading receipt", "tells that it was read, which is no delivery", {
            wire(
                "From: ana@customer.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=one\n\n\
                 --one\n\nRead.\n--one\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/x; displayed\n--one--\n",
            )
        }),
        case("a report in words", "tells it in words alone", {
            wire("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered\n\nSorry, no mailbox here by that name.\n")
        }),
        case("a report by ourselves", "says that it is from us", {
            let raw = report(failed, ABOUT);
            String::from_utf8(raw)
                .map(|text| text.replace("MAILER-DAEMON@mx.example", "help@acme.example").into_bytes())
                .unwrap_or_default()
        }),
    ]
}

fn report(told: &str, about: &str) -> Vec<u8> {
    parts(&format!("Content-Type: message/delivery-status\n\n{told}\n"), about)
}

fn parts(told: &str, about: &str) -> Vec<u8> {
    let returned = if about.is_empty() { String::new() } else { format!("--one\nContent-Type: text/rfc822-headers\n\n{about}\n") };
    wire(&format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: help@acme.example\nSubject: Undelivered\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=one\n\n\
         --one\n\nIt could not be delivered.\n--one\n{told}{returned}--one--\n"
    ))
}
