//! Messages of the protocol over streams of bytes: the framing of the base protocol, and JSON-RPC.
//!
//! In place of tower-lsp's own transport, which ends at the first malformed message.

use std::io::{self, BufRead, Read, Write};

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

use super::uris::Spellings;

/// A message from the client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Incoming {
    /// A request or notification.
    Request(Request),
    /// The answer to a request of ours.
    Response(Response),
    /// No message of the protocol; this is what to answer, and what is wrong with it, for the log.
    Malformed(Response, String),
}

/// A message to the client.
#[derive(Clone, Debug)]
pub(crate) enum Outgoing {
    /// A request or notification.
    Request(Request),
    /// The answer to a request of the client.
    Response(Response),
    /// A message that is JSON already.
    Serialised(Vec<u8>),
}

/// The longest content that is believed in. More is skipped.
const MAX_CONTENT_BYTES: u64 = 1 << 30;

/// The longest line of a header.
const MAX_HEADER_BYTES: u64 = 1 << 16;

const CONTENT_LENGTH: &[u8] = b"content-length:";

/// Reads the next message; `None` at the end of the input.
///
/// # Errors
///
/// The input cannot be read.
pub(crate) fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let length = match read_header(input)? {
        Header::End => return Ok(None),
        Header::Malformed(problem) => return Ok(Some(malformed(Id::Null, Error::parse_error(), problem))),
        Header::ContentLength(length) => length,
    };
    let mut content = Vec::new();
    let mut bytes = input.take(length);
    if length > MAX_CONTENT_BYTES {
        io::copy(&mut bytes, &mut io::sink())?;
        let problem = format!("a content of {length} bytes, which is too long");
        return Ok(Some(malformed(Id::Null, Error::invalid_request(), problem)));
    }
    bytes.read_to_end(&mut content)?;
    if (content.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(parse(&content)))
}

/// Writes a message, with URIs as the client spells them.
///
/// # Errors
///
/// The output cannot be written.
pub(crate) fn write(output: &mut impl Write, message: Outgoing, spellings: &Spellings) -> io::Result<()> {
    let content = match message {
        Outgoing::Request(request) => serde_json::to_vec(&request)?,
        Outgoing::Response(response) => serde_json::to_vec(&response)?,
        Outgoing::Serialised(content) => content,
    };
    let content = spellings.apply(content);
    write!(output, "Content-Length: {}\r\n\r\n", content.len())?;
    output.write_all(&content)?;
    output.flush()
}

enum Header {
    ContentLength(u64),
    Malformed(String),
    End,
}

/// Reads the lines of a header. What is no header is skipped up to the next one, so that one malformed message does not take
/// others with it.
fn read_header(input: &mut impl BufRead) -> io::Result<Header> {
    let mut length = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        if input.take(MAX_HEADER_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(Header::End);
        }
        if !line.ends_with(b"\n") && (line.len() as u64) < MAX_HEADER_BYTES {
            // The input ends within it.
            return Ok(Header::End);
        }
        let line = line.trim_ascii().to_ascii_lowercase();
        if line.is_empty() {
            match length {
                Some(length) => return Ok(Header::ContentLength(length)),
                // Empty lines between two messages.
                None if is_first => continue,
                None => return Ok(Header::Malformed("a header without `Content-Length`".to_owned())),
            }
        }
        is_first = false;
        let at = line
            .windows(CONTENT_LENGTH.len())
            .rposition(|part| part == CONTENT_LENGTH);
        if let Some(at) = at {
            let number = String::from_utf8_lossy(line[at + CONTENT_LENGTH.len()..].trim_ascii()).into_owned();
            match number.parse() {
                Ok(number) => length = Some(number),
                Err(_) => return Ok(Header::Malformed(format!("a `Content-Length` of `{number}`"))),
            }
        }
    }
}

fn parse(content: &[u8]) -> Incoming {
    let mut value: Value = match serde_json::from_slice(content) {
        Ok(value) => value,
        Err(error) => return malformed(Id::Null, Error::parse_error(), error.to_string()),
    };
    // Emacs says so for none, as with `shutdown`.
    if let Value::Object(members) = &mut value
        && members.get("params").is_some_and(Value::is_null)
    {
        members.remove("params");
    }
    let id = value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
    let message = if value.get("method").is_some() {
        serde_json::from_value(value).map(Incoming::Request)
    } else {
        serde_json::from_value(value).map(Incoming::Response)
    };
    message.unwrap_or_else(|error| malformed(id.unwrap_or(Id::Null), Error::invalid_request(), error.to_string()))
}

fn malformed(id: Id, error: Error, problem: String) -> Incoming {
    Incoming::Malformed(Response::from_error(id, error), problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of an input: methods, ids of responses, and codes of errors.
    fn read_all(input: &[u8]) -> Vec<String> {
        let mut input = input;
        let mut messages = Vec::new();
        while let Some(message) = read(&mut input).unwrap() {
            messages.push(match message {
                Incoming::Request(request) => request.method().to_owned(),
                Incoming::Response(response) => format!("response {}", response.id()),
                Incoming::Malformed(answer, _) => format!("{}: {}", answer.id(), answer.error().unwrap().code.code()),
            });
        }
        messages
    }

    fn framed(content: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{content}", content.len())
    }

    #[test]
    fn messages_follow_one_another() {
        let request = framed(r#"{"jsonrpc":"2.0","method":"é","params":{}}"#);
        let response = framed(r#"{"jsonrpc":"2.0","id":7,"result":null}"#);
        let typed = response.replace(
            "\r\n\r\n",
            "\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        );
        let input = request + &response + &typed.replace("Content-Length", "content-length");
        assert_eq!(read_all(input.as_bytes()), ["é", "response 7", "response 7"]);
    }

    #[test]
    fn what_is_malformed_costs_only_itself() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"good"}"#);
        for (bad, expected) in [
            ("Content-Type: x\r\n\r\n", "null: -32700"),
            ("Content-Length: many\r\n\r\n", "null: -32700"),
            ("Content-Length: -1\r\n\r\n", "null: -32700"),
            (&*framed("{"), "null: -32700"),
            (&*framed("[1]"), "null: -32600"),
            (&*framed("{\"id\": 3, \"method\": 4}"), "3: -32600"),
            (&*framed("\u{0}"), "null: -32700"),
        ] {
            let input = format!("{good}{bad}{good}");
            assert_eq!(read_all(input.as_bytes()), ["good", expected, "good"], "{bad:?}");
        }
        // A content without a header sticks to the next header.
        let input = format!("{good}{{\"no\": \"header\"}}{good}");
        assert_eq!(read_all(input.as_bytes()), ["good", "good"]);
        let mut input = good.clone().into_bytes();
        input.extend(b"Content-Length: 2\r\n\r\n\xff\xfe");
        input.extend(good.as_bytes());
        assert_eq!(read_all(&input), ["good", "null: -32700", "good"]);
    }

    #[test]
    fn parameters_that_are_null_are_none() {
        let message = framed(r#"{"jsonrpc":"2.0","id":1,"method":"shutdown","params":null}"#);
        let Some(Incoming::Request(request)) = read(&mut message.as_bytes()).unwrap() else {
            panic!("no request");
        };
        assert_eq!(request, Request::build("shutdown").id(1).finish());
    }

    #[test]
    fn an_input_that_ends_early_is_no_message() {
        let message = framed(r#"{"jsonrpc":"2.0","method":"good"}"#);
        for end in 0..message.len() {
            assert_eq!(read_all(&message.as_bytes()[..end]), [""; 0]);
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let mut output = Vec::new();
        for message in [
            Outgoing::Request(Request::build("é").id(1).finish()),
            Outgoing::Response(Response::from_ok(Id::Number(2), Value::Null)),
        ] {
            write(&mut output, message, &Spellings::default()).unwrap();
        }
        assert_eq!(read_all(&output), ["é", "response 2"]);
    }
}
