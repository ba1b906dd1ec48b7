//! What has to happen to a recorded child, judged from its spec and its record alone.

use crate::kind::{Out, Spec};
use crate::{Diff, Kind, Record};

pub(crate) enum Verdict {
    /// Already as wanted.
    Keep(Out),
    /// `sync` gets it there. The out is as it was, if today's type can read it.
    Update(Option<Out>),
    /// Half-made: nobody knows what became of it.
    Resume,
    /// Only a new object gets it there; names the reason.
    Replace(&'static str),
}

pub(crate) fn judge<W>(kind: &Kind<W>, want: &dyn Spec<W>, record: &Record) -> Verdict {
    if record.kind != kind.name() {
        return Verdict::Replace("kind");
    }
    // What an older version wrote and today's type can't read is brought in line: `sync` is idempotent.
    let diff = want.diff(&record.saw).unwrap_or(Diff::Update);
    match (diff, &record.out) {
        (Diff::Replace(why), _) => Verdict::Replace(why),
        (_, None) => Verdict::Resume,
        (Diff::Update, Some(out)) => Verdict::Update(kind.out(out)),
        (Diff::Same, Some(out)) => kind.out(out).map_or(Verdict::Update(None), Verdict::Keep),
    }
}
