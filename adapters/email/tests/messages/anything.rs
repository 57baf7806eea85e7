//! Anything that is laid out of what messages are made of is read, always as the same, and shows nothing that runs.

use crate::view::ours;
use proptest::prelude::*;
use segue_adapter_email::mail::{Limits, fresh, read};
use segue_adapter_email::out::answered;

/// What messages are made of.
const PIECES: &[&str] = &[
    "\r\n",
    "\r\n",
    "\r\n\r\n",
    "\n",
    " ",
    "\t",
    ";",
    "\"",
    "(",
    "From: a@b.example",
    "From: =?utf-8?q?a?= <help@acme.example>",
    "To: a:b@c.example,<d@e.example>;",
    "Subject: =?utf-8?b?",
    "?=",
    "=?iso-2022-jp?q?=1B$B",
    "Content-Type: multipart/mixed; boundary=x",
    "Content-Type: multipart/alternative; boundary=\"x y\"",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    "Content-Type: message/delivery-status",
    "Content-Type: message/rfc822",
    "Content-Type: text/html; charset=utf-7",
    "Content-Type: text/html",
    "Content-Type: text/plain; name*0*=utf-8''%C3",
    "; name*1*=%A9; name*2=\"x",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Disposition: attachment; filename=\"../x",
    "References: <a@b> <c@d",
    "Final-Recipient: rfc822;a@b.example",
    "Action: failed",
    "--x",
    "--x--",
    "--x y",
    "-- ",
    "> ",
    "On Monday a wrote:",
    "-----Original Message-----",
    "<b id=1>",
    "<a href=\"javascript:x\" href='https://x.example'>",
    "</a>",
    "<img src=x onerror=y>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<table><td>",
    "<blockquote><pre>",
    "</blockquote>",
    "<",
    "&#x202e;",
    "&lt;script&gt;",
    "=3D",
    "=\r\n",
    "PHNjcmlwdD4=",
    "é\u{202e}😀",
    "\0",
];

fn anything() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        9 => proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn anything_is_read(raw in anything()) {
        let seen = read(&raw, &ours(), &Limits::default());
        prop_assert_eq!(&seen, &read(&raw, &ours(), &Limits::default()));
        let mail = seen.unwrap();
        let text = mail.text.reveal();
        prop_assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{text:?}");
        prop_assert!(!mail.subject.reveal().contains(char::is_control));
        prop_assert!(text.contains(fresh(text)));
        prop_assert!(answered(&mail, &ours()).is_none_or(|one| !ours().holds(&one.address)));
        prop_assert!(mail.attachments.iter().all(|one| !one.name.reveal().contains(['/', '\\', '\r', '\n', '\0'])));
        for tag in mail.html.iter().flat_map(|html| html.reveal().split('<').skip(1)) {
            let tag = tag.split('>').next().unwrap_or_default().trim_start_matches('/');
            let name = tag.split(' ').next().unwrap_or_default();
            prop_assert!(!["script", "img", "style", "svg", "iframe", "form", "object"].contains(&name), "{tag}");
            let attributes: Vec<_> = tag.split(' ').skip(1).filter_map(|one| one.split_once("=\"")).collect();
            prop_assert!(attributes.iter().all(|(name, _)| ["href", "rel", "colspan", "rowspan", "start", "dir"].contains(name)), "{tag}");
            prop_assert!(attributes.iter().all(|(name, value)| *name != "href" || !value.starts_with("javascript")), "{tag}");
        }
    }
}
