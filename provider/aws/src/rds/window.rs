//! The daily backup window and the weekly maintenance window: both in UTC, of 30 minutes at least, and apart.

use crate::names;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTES_A_DAY: u32 = 24 * 60;
const MINUTES_A_WEEK: u32 = 7 * MINUTES_A_DAY;
/// RDS's shortest window, and ours.
const SHORTEST: u32 = 30;
/// Ours lie in the first six hours of the day.
const SLOTS: u32 = 6 * 60 / SHORTEST;

/// The windows of a database whose user chose none, spread over the night by a hash of its identifier: backup, and
/// maintenance on one of the weekdays. The same identifier always gets the same ones, and they never overlap.
#[must_use]
pub fn windows(identifier: &str) -> (String, String) {
    spread(identifier, None, None)
}

/// As [`windows`], around what the user chose: the other window doesn't overlap with it.
#[must_use]
pub fn spread(identifier: &str, backup: Option<&str>, maintenance: Option<&str>) -> (String, String) {
    let hash = names::digest(&[identifier], 8);
    let hash = u32::from_str_radix(&hash, 16).expect("a digest is of hexadecimal digits");
    let (slot, day) = (hash % SLOTS, (hash / SLOTS) % 7);
    let backups = (0..SLOTS)
        .map(|step| (slot + step) % SLOTS)
        .map(|slot| format!("{}-{}", time(slot * SHORTEST), time((slot + 1) * SHORTEST)));
    let fits = |backup: &String, maintenance: &str| refuse_overlap(backup, maintenance).is_none();
    let backup = match (backup, maintenance) {
        (Some(backup), _) => backup.to_owned(),
        (None, Some(maintenance)) => first(backups, |backup| fits(backup, maintenance)),
        (None, None) => first(backups, |_| true),
    };
    let maintenance = maintenance.map_or_else(
        || {
            let offset = 1 + (hash / SLOTS / 7) % (SLOTS - 1);
            let slots = (0..SLOTS).map(|step| (slot + offset + step) % SLOTS).map(|slot| {
                let (from, to) = (time(slot * SHORTEST), time((slot + 1) * SHORTEST));
                format!("{day}:{from}-{day}:{to}", day = DAYS[day as usize])
            });
            first(slots, |maintenance| fits(&backup, maintenance))
        },
        str::to_owned,
    );
    (backup, maintenance)
}

/// The first window that fits; the very first where none does, so that RDS, or `validate` before it, says why.
fn first(mut windows: impl Iterator<Item = String> + Clone, fits: impl Fn(&String) -> bool) -> String {
    let any = windows.clone().next();
    windows.find(|window| fits(window)).or(any).unwrap_or_default()
}

fn time(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

/// Why `window` is no backup window; `None` if it is one: `hh24:mi-hh24:mi` in UTC, 30 minutes at least. It may cross
/// midnight.
#[must_use]
pub fn refuse_backup(window: &str) -> Option<String> {
    daily(window).err()
}

/// Why `window` is no maintenance window; `None` if it is one: `ddd:hh24:mi-ddd:hh24:mi` in UTC, days in lower case, 30
/// minutes at least and less than a day.
#[must_use]
pub fn refuse_maintenance(window: &str) -> Option<String> {
    weekly(window).err()
}

/// Why the two can't go together, which RDS refuses; `None` if they can, or if one of them is none at all. Windows that
/// touch don't overlap.
#[must_use]
pub fn refuse_overlap(backup: &str, maintenance: &str) -> Option<String> {
    let ((backup_start, backup_length), (start, length)) = (daily(backup).ok()?, weekly(maintenance).ok()?);
    // A day before the week begins, the last backup of the week before may still be running.
    let overlaps = (0..=7).any(|day| {
        let backup_start = day * MINUTES_A_DAY + backup_start;
        let shifted = [start, start + MINUTES_A_WEEK];
        shifted.iter().any(|start| backup_start < start + length && *start < backup_start + backup_length)
    });
    overlaps.then(|| {
        format!("the maintenance window {maintenance} must not overlap with the daily backup window {backup}")
    })
}

/// Start in minutes after midnight, and length in minutes.
fn daily(window: &str) -> Result<(u32, u32), String> {
    let form =
        || format!("must have the form \"hh24:mi-hh24:mi\" in UTC, such as \"03:00-03:30\"; is {window:?}");
    let (from, to) = window.split_once('-').ok_or_else(form)?;
    let (from, to) = (minute(from).ok_or_else(form)?, minute(to).ok_or_else(form)?);
    length(from, to, MINUTES_A_DAY).map(|length| (from, length))
}

/// Start in minutes after the week's, and length in minutes.
fn weekly(window: &str) -> Result<(u32, u32), String> {
    let form = || {
        format!(
            "must have the form \"ddd:hh24:mi-ddd:hh24:mi\" in UTC, such as \"sun:04:00-sun:04:30\"; is {window:?}"
        )
    };
    let moment = |text: &str| {
        let (day, time) = text.split_once(':')?;
        let day = (0..).zip(DAYS).find(|(_, name)| *name == day)?.0;
        Some(day * MINUTES_A_DAY + minute(time)?)
    };
    let (from, to) = window.split_once('-').ok_or_else(form)?;
    let (from, to) = (moment(from).ok_or_else(form)?, moment(to).ok_or_else(form)?);
    match length(from, to, MINUTES_A_WEEK)? {
        length if length < MINUTES_A_DAY => Ok((from, length)),
        _ => Err(format!("must be shorter than a day; is {window:?}")),
    }
}

fn length(from: u32, to: u32, round: u32) -> Result<u32, String> {
    match (to + round - from) % round {
        length if length < SHORTEST => Err(format!("must have {SHORTEST} minutes at least, has {length}")),
        length => Ok(length),
    }
}

fn minute(time: &str) -> Option<u32> {
    let two = |text: &str| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u32>().ok())?
    };
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn windows_are_spread_stay_and_lie_apart() {
        let all: Vec<_> = (0..500).map(|n| windows(&format!("paas-dev-t{n}-database"))).collect();
        for (backup, maintenance) in &all {
            assert_eq!(refuse_backup(backup), None);
            assert_eq!(refuse_maintenance(maintenance), None);
            assert_eq!(refuse_overlap(backup, maintenance), None);
            assert!(backup.as_str() < "06:00" && &maintenance[4..] < "06:00", "{backup} {maintenance}");
        }
        let days: BTreeSet<&str> = all.iter().map(|(_, maintenance)| &maintenance[..3]).collect();
        let backups: BTreeSet<&str> = all.iter().map(|(backup, _)| backup.as_str()).collect();
        assert_eq!((days.len(), backups.len()), (7, 12));
        // Of databases that exist: a change here would move the windows of all of them.
        assert_eq!(
            windows("paas-dev-acme-1a2b3c-database"),
            ("04:00-04:30".to_owned(), "fri:02:00-fri:02:30".to_owned())
        );
    }

    #[test]
    fn the_other_window_makes_way_for_a_chosen_one() {
        for n in 0..100 {
            let identifier = format!("database-{n}");
            let (backup, maintenance) = spread(&identifier, Some("00:00-05:30"), None);
            assert_eq!(refuse_overlap(&backup, &maintenance), None, "{maintenance}");
            let chosen = "sun:00:30-sun:06:00";
            let (backup, maintenance) = spread(&identifier, None, Some(chosen));
            assert_eq!((refuse_overlap(&backup, chosen), maintenance.as_str()), (None, chosen), "{backup}");
        }
    }

    #[test]
    fn windows_that_break_a_rule_say_which() {
        for (window, says) in [
            ("03:00-03:30", None),
            ("23:45-00:15", None),
            ("03:00-03:29", Some("30 minutes")),
            ("03:00-03:00", Some("30 minutes")),
            ("3:00-3:30", Some("form")),
            ("24:00-24:30", Some("form")),
            ("03:00", Some("form")),
            ("sun:03:00-sun:03:30", Some("form")),
        ] {
            let why = refuse_backup(window);
            assert!(why.is_some() == says.is_some(), "{window}: {why:?}");
            assert!(says.is_none_or(|says| why.as_deref().unwrap_or_default().contains(says)), "{why:?}");
        }
        for (window, says) in [
            ("sun:04:00-sun:04:30", None),
            ("sun:23:45-mon:00:15", None),
            ("sun:04:00-sun:04:10", Some("30 minutes")),
            ("sun:04:00-mon:04:00", Some("shorter than a day")),
            ("mon:04:00-sun:04:00", Some("shorter than a day")),
            ("Sun:04:00-Sun:04:30", Some("form")),
            ("04:00-04:30", Some("form")),
        ] {
            let why = refuse_maintenance(window);
            assert!(why.is_some() == says.is_some(), "{window}: {why:?}");
            assert!(says.is_none_or(|says| why.as_deref().unwrap_or_default().contains(says)), "{why:?}");
        }
    }

    #[test]
    fn overlaps_are_seen_over_midnight_and_the_end_of_the_week() {
        for (backup, maintenance, overlap) in [
            ("03:00-03:30", "sun:04:00-sun:04:30", false),
            ("03:00-04:00", "sun:04:00-sun:04:30", false),
            ("03:00-04:01", "sun:04:00-sun:04:30", true),
            ("23:45-00:15", "wed:00:00-wed:00:30", true),
            ("00:00-00:30", "sun:23:45-mon:00:15", true),
            ("23:30-00:30", "mon:00:00-mon:00:30", true),
            ("12:00-12:30", "sun:23:00-mon:13:00", true),
        ] {
            assert_eq!(refuse_overlap(backup, maintenance).is_some(), overlap, "{backup} and {maintenance}");
        }
    }
}
