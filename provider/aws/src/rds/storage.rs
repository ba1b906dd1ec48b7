//! What RDS for MySQL says of storage: types, sizes, I/O operations and throughput ("Amazon RDS DB instance storage" in
//! the RDS User Guide, and `CreateDBInstance`).

/// gp3 volumes are striped from this size on: only from here its IOPS and throughput can be chosen. In GiB.
const STRIPED_FROM: i32 = 400;
const LARGEST: i32 = 65_536;
/// Of an io1 or io2 volume.
const SMALLEST_PROVISIONED: i32 = 100;
const SMALLEST: i32 = 20;

/// The IOPS and the throughput in MiB/s that a gp3 volume of `allocated` GiB has without costing extra; `None` for other
/// types, which have none.
#[must_use]
pub fn baseline(storage_type: &str, allocated: i32) -> Option<(i32, i32)> {
    match (storage_type, allocated) {
        ("gp3", STRIPED_FROM..) => Some((12_000, 500)),
        ("gp3", _) => Some((3_000, 125)),
        _ => None,
    }
}

/// Whether IOPS and throughput of such a volume can be chosen at all.
pub(super) fn is_provisioned(storage_type: &str, allocated: i32) -> bool {
    match storage_type {
        "gp3" => allocated >= STRIPED_FROM,
        other => matches!(other, "io1" | "io2"),
    }
}

/// Why RDS for MySQL wouldn't take such a volume; `None` if it would. `allocated` in GiB, `throughput` in MiB/s.
#[must_use]
pub fn refuse(
    storage_type: &str,
    allocated: i32,
    iops: Option<i32>,
    throughput: Option<i32>,
) -> Option<String> {
    let smallest = match storage_type {
        "gp2" | "gp3" => SMALLEST,
        "io1" | "io2" => SMALLEST_PROVISIONED,
        "standard" => {
            return Some("magnetic storage (\"standard\") is at its end with RDS: use \"gp3\"".into());
        }
        other => return Some(format!("must be \"gp3\", \"gp2\", \"io1\" or \"io2\"; is {other:?}")),
    };
    if !(smallest..=LARGEST).contains(&allocated) {
        return Some(format!("{storage_type} storage has {smallest} to {LARGEST} GiB, not {allocated}"));
    }
    match storage_type {
        "gp3" => refuse_gp3(allocated, iops, throughput),
        "gp2" if iops.is_some() || throughput.is_some() => Some(
            "gp2 storage takes neither `iops` nor `storage_throughput`: they follow from its size".into(),
        ),
        "gp2" => None,
        provisioned => refuse_provisioned(provisioned, allocated, iops, throughput),
    }
}

fn refuse_gp3(allocated: i32, iops: Option<i32>, throughput: Option<i32>) -> Option<String> {
    if allocated < STRIPED_FROM {
        return (iops.is_some() || throughput.is_some()).then(|| {
            format!(
                "gp3 storage takes `iops` and `storage_throughput` from {STRIPED_FROM} GiB on; below, and so at \
                 {allocated} GiB, it has 3000 IOPS and 125 MiB/s"
            )
        });
    }
    let (iops, throughput) = (iops.unwrap_or(12_000), throughput.unwrap_or(500));
    if !(12_000..=64_000).contains(&iops) {
        Some(format!("gp3 storage of {STRIPED_FROM} GiB or more has 12000 to 64000 IOPS, not {iops}"))
    } else if !(500..=4_000).contains(&throughput) {
        Some(format!("gp3 storage of {STRIPED_FROM} GiB or more has 500 to 4000 MiB/s, not {throughput}"))
    } else if throughput * 4 > iops {
        Some(format!(
            "gp3 storage has at most 0.25 MiB/s per IOPS: {throughput} MiB/s need {} IOPS, not {iops}",
            throughput * 4
        ))
    } else {
        None
    }
}

fn refuse_provisioned(
    storage_type: &str,
    allocated: i32,
    iops: Option<i32>,
    throughput: Option<i32>,
) -> Option<String> {
    if throughput.is_some() {
        return Some(format!("{storage_type} storage takes no `storage_throughput`: only gp3 does"));
    }
    let Some(iops) = iops else { return Some(format!("{storage_type} storage needs `iops`")) };
    if !(1_000..=256_000).contains(&iops) {
        return Some(format!("{storage_type} storage has 1000 to 256000 IOPS, not {iops}"));
    }
    // Both volumes take half an operation per GiB at least.
    let most = i64::from(allocated) * if storage_type == "io1" { 50 } else { 1_000 };
    let per_size = i64::from(iops);
    (per_size > most || per_size * 2 < i64::from(allocated)).then(|| {
        format!(
            "{storage_type} storage of {allocated} GiB has {} to {most} IOPS, not {iops}",
            (i64::from(allocated) + 1) / 2
        )
    })
}

/// Why `max` can't be the size up to which RDS may enlarge a volume of `allocated` GiB; `None` if it can: RDS asks for
/// 10% more at least.
#[must_use]
pub fn refuse_maximum(allocated: i32, max: i32) -> Option<String> {
    let least = (i64::from(allocated) * 11 + 9) / 10;
    if i64::from(max) < least {
        Some(format!("must be at least {least} GiB: 10% more than `allocated_storage`, which is {allocated}"))
    } else if max > LARGEST {
        Some(format!("must be at most {LARGEST} GiB, is {max}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_that_break_a_rule_say_which() {
        for (storage_type, allocated, iops, throughput, says) in [
            ("gp3", 20, None, None, None),
            ("gp3", 399, None, None, None),
            ("gp3", 400, Some(12_000), Some(500), None),
            ("gp3", 400, Some(64_000), Some(4_000), None),
            ("gp3", 65_536, None, None, None),
            ("gp2", 20, None, None, None),
            ("io1", 100, Some(1_000), None, None),
            ("io1", 100, Some(5_000), None, None),
            ("io2", 100, Some(100_000), None, None),
            ("gp3", 19, None, None, Some("20 to 65536 GiB")),
            ("gp3", 65_537, None, None, Some("20 to 65536 GiB")),
            ("gp3", 399, Some(3_000), None, Some("from 400 GiB on")),
            ("gp3", 399, None, Some(125), Some("from 400 GiB on")),
            ("gp3", 400, Some(11_999), None, Some("12000 to 64000 IOPS")),
            ("gp3", 400, Some(64_001), None, Some("12000 to 64000 IOPS")),
            ("gp3", 400, None, Some(499), Some("500 to 4000 MiB/s")),
            ("gp3", 400, None, Some(3_001), Some("12004 IOPS")),
            ("gp2", 20, Some(3_000), None, Some("neither")),
            ("io1", 99, Some(1_000), None, Some("100 to 65536 GiB")),
            ("io1", 100, None, None, Some("needs `iops`")),
            ("io1", 100, Some(999), None, Some("1000 to 256000")),
            ("io1", 100, Some(5_001), None, Some("50 to 5000 IOPS")),
            ("io1", 4_000, Some(1_999), None, Some("2000 to 200000 IOPS")),
            ("io2", 100, Some(100_001), None, Some("50 to 100000 IOPS")),
            ("io2", 100, Some(1_000), Some(500), Some("no `storage_throughput`")),
            ("standard", 20, None, None, Some("gp3")),
            ("ssd", 20, None, None, Some("\"ssd\"")),
        ] {
            let why = refuse(storage_type, allocated, iops, throughput);
            let case = format!("{storage_type} {allocated} {iops:?} {throughput:?}: {why:?}");
            assert_eq!(why.is_some(), says.is_some(), "{case}");
            assert!(says.is_none_or(|says| why.unwrap_or_default().contains(says)), "{case}");
        }
    }

    #[test]
    fn growing_needs_room() {
        for (allocated, max, says) in [
            (20, 22, None),
            (20, 21, Some("at least 22 GiB")),
            (25, 27, Some("at least 28 GiB")),
            (100, 65_536, None),
            (100, 65_537, Some("at most 65536")),
        ] {
            let why = refuse_maximum(allocated, max);
            assert_eq!(why.is_some(), says.is_some(), "{allocated} {max}: {why:?}");
            assert!(says.is_none_or(|says| why.clone().unwrap_or_default().contains(says)), "{why:?}");
        }
    }
}
