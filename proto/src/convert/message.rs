//! Messages of a transcript.

use super::check::{self, QUICK_REPLIES, TEXT};
use super::{prose, timestamp, word};
use crate::types::v1 as wire;
use segue_session::store::Seq;
use segue_session::{LegId, Message, MessageBody, Private, Refusal, Speaker};

/// A message for the wire, with its place in the transcript, as it is told to this leg; an agent is on none.
#[must_use]
pub fn message(seq: Seq, core: &Message, to: Option<LegId>) -> wire::Message {
    wire::Message {
        sequence: seq.0,
        message_id: core.id.to_string(),
        speaker: Some(speaker(&core.from, to)),
        time: Some(timestamp(core.at)),
        body: Some(body(&core.body)),
    }
}

/// A speaker for the wire. The id of a leg is never told: it is its customer's way back in.
fn speaker(core: &Speaker, to: Option<LegId>) -> wire::Speaker {
    use wire::speaker::Party;
    let party = match core {
        Speaker::Customer(leg, channel) => {
            Party::Customer(wire::CustomerSpeaker { channel: word::channel(*channel).into(), mine: to == Some(*leg) })
        }
        Speaker::Agent(agent) => Party::Agent(wire::AgentSpeaker { agent: agent.to_string() }),
        Speaker::House => Party::House(wire::HouseSpeaker {}),
    };
    wire::Speaker { party: Some(party) }
}

/// A body for the wire.
#[must_use]
pub fn body(core: &MessageBody) -> wire::MessageBody {
    use wire::message_body::Kind;
    let kind = match core {
        MessageBody::Text(text) => Kind::Text(wire::TextBody { text: text.reveal().clone() }),
        MessageBody::File { url, name, media_type, size } => Kind::File(wire::FileBody {
            url: url.reveal().clone(),
            name: name.reveal().clone(),
            media_type: media_type.clone(),
            size: *size,
        }),
        MessageBody::QuickReplies { text, replies } => {
            Kind::QuickReplies(wire::QuickRepliesBody { text: text.reveal().clone(), replies: replies.clone() })
        }
        MessageBody::Notice { key, args } => {
            Kind::Notice(wire::NoticeBody { key: key.clone(), args: args.iter().map(|(k, v)| (k.clone(), v.clone())).collect() })
        }
    };
    wire::MessageBody { kind: Some(kind) }
}

/// A body from an agent: anything but a notice, which only the house says.
///
/// # Errors
/// `InvalidArgument`, naming the field.
pub fn from_agent(field: &str, wire: Option<wire::MessageBody>) -> Result<MessageBody, Refusal> {
    use wire::message_body::Kind;
    let path = |part: &str| format!("{field}.{part}");
    match check::required(&path("kind"), check::required(field, wire)?.kind)? {
        Kind::Text(one) => Ok(MessageBody::Text(prose::text(&path("text.text"), one.text, TEXT)?)),
        Kind::File(file) => Ok(MessageBody::File {
            url: check::https(&path("file.url"), file.url)?,
            name: prose::name(&path("file.name"), file.name)?,
            media_type: check::word(&path("file.media_type"), file.media_type)?,
            size: file.size,
        }),
        Kind::QuickReplies(quick) => {
            let text = prose::text(&path("quick_replies.text"), quick.text, TEXT)?;
            check::count(&path("quick_replies.replies"), quick.replies.len(), QUICK_REPLIES)?;
            let reply = |(i, one)| prose::name(&path(&format!("quick_replies.replies[{i}]")), one).map(Private::into_inner);
            let replies = quick.replies.into_iter().enumerate().map(reply).collect::<Result<_, _>>()?;
            Ok(MessageBody::QuickReplies { text, replies })
        }
        Kind::Notice(_) => Err(check::invalid(&path("notice"), "is for the house alone to say")),
    }
}

/// A body from a customer: a text or a file.
///
/// # Errors
/// `InvalidArgument`, naming the field.
pub fn from_customer(field: &str, wire: Option<wire::MessageBody>) -> Result<MessageBody, Refusal> {
    match from_agent(field, wire)? {
        MessageBody::QuickReplies { .. } => Err(check::invalid(&format!("{field}.quick_replies"), "are for agents to offer")),
        body => Ok(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::check::LABEL;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use wire::message_body::Kind;
    use wire::speaker::Party;

    fn any_body() -> impl Strategy<Value = MessageBody> {
        prop_oneof![
            "\\PC{1,40}".prop_map(|text| MessageBody::Text(text.into())),
            ("[a-z]{1,9}", "\\PC{1,20}", any::<u64>()).prop_map(|(path, name, size)| MessageBody::File {
                url: format!("https://files.example/{path}").into(),
                name: name.into(),
                media_type: "application/pdf".into(),
                size,
            }),
            ("\\PC{1,20}", proptest::collection::vec("[a-z ]{1,9}", 1..=QUICK_REPLIES))
                .prop_map(|(text, replies)| MessageBody::QuickReplies { text: text.into(), replies }),
        ]
    }

    proptest! {
        #[test]
        fn bodies_go_there_and_back(core in any_body()) {
            prop_assert_eq!(from_agent("body", Some(body(&core))).unwrap(), core);
        }
    }

    fn refused(kind: Option<Kind>) -> String {
        from_customer("body", Some(wire::MessageBody { kind })).unwrap_err().message
    }

    fn file(url: &str, name: &str, media_type: &str) -> Option<Kind> {
        Some(Kind::File(wire::FileBody { url: url.into(), name: name.into(), media_type: media_type.into(), size: 1 }))
    }

    fn quick(text: &str, replies: usize, length: usize) -> wire::MessageBody {
        let replies = vec!["r".repeat(length); replies];
        wire::MessageBody { kind: Some(Kind::QuickReplies(wire::QuickRepliesBody { text: text.into(), replies })) }
    }

    #[test]
    fn a_refusal_names_the_field() {
        assert_eq!(from_customer("body", None).unwrap_err().message, "body is missing");
        assert_eq!(refused(None), "body.kind is missing");
        assert_eq!(refused(Some(Kind::Text(wire::TextBody { text: String::new() }))), "body.text.text must not be empty");
        let long = Some(Kind::Text(wire::TextBody { text: "x".repeat(TEXT + 1) }));
        assert_eq!(refused(long), "body.text.text must be at most 16384 bytes");
        assert_eq!(refused(file("http://h/a", "n", "t")), "body.file.url must be an https URL");
        assert_eq!(refused(file("https://h/a", "", "t")), "body.file.name must not be empty");
        assert_eq!(refused(file("https://h/a", &"n".repeat(LABEL + 1), "t")), "body.file.name must be at most 256 bytes");
        assert_eq!(refused(file("https://h/a", "n", "")), "body.file.media_type must not be empty");
    }

    #[test]
    fn texts_at_their_limit_are_taken() {
        let text = "x".repeat(TEXT);
        let wire = wire::MessageBody { kind: Some(Kind::Text(wire::TextBody { text: text.clone() })) };
        assert_eq!(from_customer("body", Some(wire)).unwrap(), MessageBody::Text(text.into()));
    }

    #[test]
    fn quick_replies_at_and_past_their_limits() {
        assert!(from_agent("body", Some(quick("t", QUICK_REPLIES, LABEL))).is_ok());
        for bad in [quick("", 1, 1), quick("t", 0, 1), quick("t", QUICK_REPLIES + 1, 1), quick("t", 1, 0), quick("t", 1, LABEL + 1)] {
            assert!(from_agent("body", Some(bad)).is_err());
        }
    }

    #[test]
    fn customers_say_texts_and_files_only() {
        let notice = Some(Kind::Notice(wire::NoticeBody { key: "agent_joined".into(), args: std::collections::HashMap::new() }));
        assert_eq!(refused(notice), "body.notice is for the house alone to say");
        assert_eq!(from_customer("body", Some(quick("t", 1, 1))).unwrap_err().message, "body.quick_replies are for agents to offer");
    }

    #[test]
    fn a_leg_knows_its_own_words_and_no_other_leg() {
        let [one, two] = [1, 2].map(|n| LegId(uuid::Uuid::from_u128(n)));
        let said = Message {
            id: segue_session::RequestId(uuid::Uuid::from_u128(3)),
            from: Speaker::Customer(one, segue_session::Channel::App),
            at: segue_session::Time(0),
            body: MessageBody::Text("hello".to_owned().into()),
        };
        let told = |to| match message(Seq(1), &said, to).speaker.unwrap().party.unwrap() {
            Party::Customer(customer) => (customer.mine, customer.channel),
            other => panic!("{other:?}"),
        };
        let app = wire::Channel::App.into();
        assert_eq!([told(Some(one)), told(Some(two)), told(None)], [(true, app), (false, app), (false, app)]);
        let text = serde_json::to_string(&message(Seq(1), &said, Some(one))).unwrap();
        assert!(!text.contains(&one.to_string()), "{text}");
    }

    #[test]
    fn notices_keep_their_particulars() {
        let core = MessageBody::Notice { key: "agent_joined".into(), args: BTreeMap::from([("agent".into(), "ada".into())]) };
        let Some(Kind::Notice(notice)) = body(&core).kind else { panic!("a notice") };
        assert_eq!((notice.key.as_str(), notice.args["agent"].as_str()), ("agent_joined", "ada"));
    }
}
