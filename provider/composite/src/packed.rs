//! A ledger in few bytes, for who keeps it beside something that says much of the same.
//!
//! What it is kept beside serves as the dictionary of the compression: an id that stands there too costs three bytes
//! instead of twenty. It has to be at hand again, to the byte, when the ledger is read; a checksum tells.
//!
//! The form is the checksum, then a deflate stream: the ledger as rows of JSON, in which a child names what it needs by
//! row. The stream goes on from a first part, the dictionary, that isn't kept: where a dictionary comes into a deflate
//! stream uncompressed, the rest is the same, so reading puts it there.

use std::io::Read;

use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use serde::{Deserialize, Serialize};

use crate::{Id, Json, Ledger, Object, Record};

/// How far back a deflate stream can refer.
const WINDOW: usize = 32 * 1024;
/// Bytes of the checksum.
const CHECKSUM: usize = 4;

/// A [`Record`], without what can be told from the others.
#[derive(Serialize, Deserialize)]
struct Row(
    /// Key.
    String,
    /// Kind; none where it is called as the key.
    Option<String>,
    Id,
    /// Spec.
    Json,
    /// Out.
    Option<Json>,
    Vec<Need>,
);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Need {
    /// The object in this row, the dead ones counted on from the live ones.
    Row(usize),
    /// One that is in no row.
    Other(Object),
}

impl Ledger {
    /// In few bytes, to be kept beside these.
    ///
    /// # Panics
    /// Never: a ledger is plain data, and memory takes all that is written.
    #[must_use]
    pub fn packed(&self, beside: &[u8]) -> Vec<u8> {
        let objects: Vec<Object> = self.records().map(Record::object).collect();
        let row = |record: &Record| {
            let need = |need: &Object| {
                let row = objects.iter().position(|object| object == need);
                row.map_or_else(|| Need::Other(need.clone()), Need::Row)
            };
            let Record { key, kind, id, saw, out, needs } = record.clone();
            let kind = Some(kind).filter(|kind| *kind != key);
            Row(key, kind, id, saw, out, needs.iter().map(need).collect())
        };
        let rows = [&self.live, &self.dead].map(|records| records.iter().map(row).collect::<Vec<Row>>());
        let text = serde_json::to_vec(&rows).expect("a ledger is plain data");
        let (dictionary, mut packed) = (dictionary(beside), checksum(beside).to_vec());
        let mut deflate = Deflate::default();
        deflate.write(dictionary, FlushCompress::Sync);
        let kept = deflate.stream.len();
        deflate.write(&text, FlushCompress::Finish);
        packed.extend_from_slice(&deflate.stream[kept..]);
        packed
    }

    /// Out of [few bytes](Ledger::packed); `None` if what stands beside them isn't what stood there.
    ///
    /// # Errors
    /// They hold no ledger.
    pub fn unpacked(packed: &[u8], beside: &[u8]) -> Result<Option<Self>, String> {
        let (sum, rest) = packed.split_at_checked(CHECKSUM).ok_or("it is cut off")?;
        if sum != checksum(beside) {
            return Ok(None);
        }
        let dictionary = dictionary(beside);
        let stream = uncompressed(dictionary).into_iter().chain(rest.iter().copied());
        let mut text = Vec::new();
        DeflateDecoder::new(&*stream.collect::<Vec<u8>>())
            .read_to_end(&mut text)
            .map_err(|error| error.to_string())?;
        let [live, dead]: [Vec<Row>; 2] =
            serde_json::from_slice(&text[dictionary.len()..]).map_err(|error| error.to_string())?;
        let object = |Row(key, kind, id, ..): &Row| Object {
            kind: kind.as_ref().unwrap_or(key).clone(),
            id: id.clone(),
        };
        let objects: Vec<Object> = live.iter().chain(&dead).map(object).collect();
        let record = |Row(key, kind, id, saw, out, needs): Row| {
            let need = |need| match need {
                Need::Row(row) => objects.get(row).cloned().ok_or_else(|| format!("it has no row {row}")),
                Need::Other(object) => Ok(object),
            };
            let needs = needs.into_iter().map(need).collect::<Result<_, String>>()?;
            Ok(Record { kind: kind.unwrap_or_else(|| key.clone()), key, id, saw, out, needs })
        };
        let records = |rows: Vec<Row>| rows.into_iter().map(record).collect::<Result<Vec<_>, String>>();
        Ok(Some(Self { live: records(live)?, dead: records(dead)? }))
    }
}

/// The end of it, as far as a stream can refer back.
fn dictionary(beside: &[u8]) -> &[u8] {
    &beside[beside.len().saturating_sub(WINDOW)..]
}

fn checksum(beside: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = Crc::new();
    sum.update(beside);
    sum.sum().to_be_bytes()
}

/// The beginning of a deflate stream that holds this, of at most 65,535 bytes, as it stands (RFC 1951, 3.2.4).
fn uncompressed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a dictionary is no longer than the window");
    let head = [[0; 1].as_slice(), &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    [&head, bytes].concat()
}

/// A deflate stream that is written in parts.
struct Deflate {
    compress: Compress,
    stream: Vec<u8>,
}

impl Default for Deflate {
    fn default() -> Self {
        Self { compress: Compress::new(Compression::best(), false), stream: Vec::new() }
    }
}

impl Deflate {
    /// Writes all of it.
    fn write(&mut self, bytes: &[u8], flush: FlushCompress) {
        let begin = self.compress.total_in();
        loop {
            let done = usize::try_from(self.compress.total_in() - begin).expect("it is in memory");
            // Compressed data may be longer than what they are of.
            self.stream.reserve(bytes.len() - done + WINDOW);
            let status = self.compress.compress_vec(&bytes[done..], &mut self.stream, flush);
            let status = status.expect("a compressor takes any bytes");
            let all = self.compress.total_in() - begin == bytes.len() as u64;
            // With room left, nothing is pending.
            let room = self.stream.capacity() > self.stream.len();
            if status == Status::StreamEnd || (all && room && flush != FlushCompress::Finish) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ledger() -> Ledger {
        let record = |key: &str, kind: &str, id: &str, needs: &[(&str, &str)]| Record {
            key: key.into(),
            kind: kind.into(),
            id: id.into(),
            saw: json!({"name": id}),
            out: Some(json!({"id": id})),
            needs: needs.iter().map(|(kind, id)| Object { kind: (*kind).into(), id: (*id).into() }).collect(),
        };
        let half_made = Record { out: None, ..record("c", "rule", "r-3", &[("gone", "g-1")]) };
        Ledger {
            live: vec![
                record("vpc", "vpc", "vpc-0123456789abcdef0", &[]),
                record("b", "rule", "r-1", &[("vpc", "vpc-0123456789abcdef0"), ("rule", "r-0")]),
                half_made,
            ],
            dead: vec![record("b", "rule", "r-0", &[]), record("b", "vpc", "r-0", &[("rule", "r-0")])],
        }
    }

    /// Bytes that can't be compressed.
    fn noise(bytes: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(next).take(bytes).collect()
    }

    #[test]
    fn a_ledger_comes_back_beside_the_same() {
        let besides =
            [vec![], b"vpc-0123456789abcdef0".to_vec(), noise(WINDOW), noise(WINDOW + 1), noise(100_000)];
        for beside in besides {
            for ledger in [ledger(), Ledger::default()] {
                let packed = ledger.packed(&beside);
                assert_eq!(Ledger::unpacked(&packed, &beside), Ok(Some(ledger)), "{}", beside.len());
            }
        }
    }

    #[test]
    fn beside_anything_else_it_is_unknown() {
        let packed = ledger().packed(b"vpc-1");
        for other in [&b""[..], b"vpc-2", b"vpc-1 "] {
            assert_eq!(Ledger::unpacked(&packed, other), Ok(None));
        }
    }

    #[test]
    fn what_stands_beside_it_is_not_kept_twice() {
        let mut ledger = ledger();
        let secret =
            "c0ffee15900ddeadbea7".repeat(5) + "and a name as long as names of objects in AWS may be";
        ledger.live[0].id = secret.clone();
        let (alone, beside) = (ledger.packed(b"").len(), ledger.packed(secret.as_bytes()).len());
        assert!(beside + 50 < alone, "{beside} beside it, {alone} alone");
    }

    #[test]
    fn what_is_no_ledger_is_an_error() {
        let packed = ledger().packed(b"");
        for broken in [&packed[..3], &packed[..packed.len() / 2], &packed[..CHECKSUM]] {
            assert!(Ledger::unpacked(broken, b"").is_err(), "{broken:?}");
        }
    }
}
