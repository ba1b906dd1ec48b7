use super::*;

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

fn band_of(hosts: &[&str], paths: &[&str]) -> RangeInclusive<u16> {
    band(Conditions { hosts: &set(hosts), paths: &set(paths) })
}

fn slots_of(hosts: &[&str], reserved: &[(u16, u16)]) -> Vec<u16> {
    slots(Conditions { hosts: &set(hosts), paths: &set(&[]) }, reserved).collect()
}

#[test]
fn bands_follow_specificity() {
    // Each comes before the next, whatever slot inside their bands they get.
    let ordered: &[(&[&str], &[&str])] = &[
        (&["shop.example.test"], &["/a/very/long/path/*"]),
        (&["shop.example.test"], &["/api/v2/*"]),
        (&["a.test"], &["/api/*"]),
        (&["shop.example.test"], &["/*"]),
        (&["shop.example.test"], &[]),
        (&["*.a-long-name.example.test"], &["/a/very/long/path/of/some/forty/characters/*"]),
        (&["*.a-long-name.example.test"], &["/a/very/long/path/*"]),
        (&["*.a-long-name.example.test"], &["/a*"]),
        (&["*.a-long-name.example.test"], &[]),
        (&["?.example.test"], &[]),
        (&["*.example.test"], &["/api/*"]),
        (&["*.example.test"], &[]),
        (&["*.test"], &["/api/v2/*"]),
        (&["*.test"], &[]),
        (&["*"], &[]),
    ];
    for pair in ordered.windows(2) {
        let (before, after) = (band_of(pair[0].0, pair[0].1), band_of(pair[1].0, pair[1].1));
        assert!(before.end() < after.start(), "{:?} {before:?} before {:?} {after:?}", pair[0], pair[1]);
    }
}

#[test]
fn bands_tile_the_numbers_without_overlap() {
    let mut bands = vec![band_of(&["a.test"], &[])];
    for length in 0..128 {
        bands.push(band_of(&["a.test"], &[&format!("{}*", "x".repeat(length))]));
        let host = format!("*{}", "x".repeat(length));
        bands.push(band_of(&[&host], &[]));
        for path in [0, 4, 8, 12, 16, 24, 32, 64] {
            bands.push(band_of(&[&host], &[&format!("{}*", "x".repeat(path))]));
        }
    }
    bands.sort_by_key(|b| *b.start());
    assert_eq!(*bands[0].start(), 1000);
    for pair in bands.windows(2) {
        assert_eq!(pair[0].end() + 1, *pair[1].start(), "{:?} {:?}", pair[0], pair[1]);
    }
    assert_eq!(*bands[bands.len() - 1].end(), 49_959);
    assert!(VALID.contains(&49_959));
}

#[test]
fn the_longest_values_have_a_band_too() {
    let longest = "x".repeat(128);
    assert_eq!(band_of(&["a.test"], &[&longest]), 1000..=1099);
    assert_eq!(*band_of(&[&format!("*{longest}")], &[&longest]).start(), 25_000);
}

#[test]
fn a_rule_stands_where_its_least_specific_condition_belongs() {
    assert_eq!(band_of(&["a.test"], &["/a/long/path", "/a"]), band_of(&["a.test"], &["/a"]));
    assert_eq!(band_of(&["a.test", "*.a.test"], &[]), band_of(&["*.a.test"], &[]));
}

#[test]
fn slots_are_stable_over_processes_and_blind_to_case_and_order() {
    let first = slots_of(&["shop.example.test"], &[])[0];
    assert_eq!(first, 13_897, "a change here moves every tenant's rule");
    assert_eq!(slots_of(&["SHOP.example.test"], &[])[0], first);
    assert_eq!(slots_of(&["www.example.test", "shop.example.test"], &[])[0], first);
    assert_ne!(slots_of(&["blog.example.test"], &[])[0], first);
}

#[test]
fn slots_are_all_numbers_once_the_band_first() {
    let all = slots_of(&["shop.example.test"], &[]);
    let distinct: BTreeSet<u16> = all.iter().copied().collect();
    assert_eq!(all.len(), distinct.len());
    assert_eq!((distinct.first(), distinct.last()), (Some(&1000), Some(&49_959)));
    let band = band_of(&["shop.example.test"], &[]);
    let size = usize::from(band.end() - band.start()) + 1;
    assert!(all[..size].iter().all(|number| band.contains(number)));
    assert_eq!(all[size], band.end() + 1, "a full band goes on behind itself");
}

#[test]
fn reserved_numbers_are_skipped() {
    let free = slots_of(&["shop.example.test"], &[(1, 999)])[0];
    let reserved = [(1, 999), (free, free + 9)];
    let moved = slots_of(&["shop.example.test"], &reserved);
    assert_eq!(moved[0], free + 10);
    assert!(moved.iter().all(|number| !is_reserved(*number, &reserved)));
    assert!(is_reserved(1, &reserved) && is_reserved(999, &reserved) && !is_reserved(1000, &reserved));
}

#[test]
fn twenty_tenants_at_once_start_at_twenty_slots() {
    let starts: BTreeSet<u16> =
        (1..=20).map(|n| slots_of(&[&format!("tenant-{n}.example.test")], &[])[0]).collect();
    assert_eq!(starts.len(), 20);
}

#[test]
fn conditions_that_cannot_be_one_rule_are_refused() {
    for (hosts, paths, says) in [
        (&[][..], &["/a"][..], "needs a host"),
        (&["a.test", "b.test", "c.test"], &["/1", "/2", "/3"], "not 6"),
        (&["a.test"], &["/*/1/*", "/*/2/*", "/*/3/*", "/4?"], "7 wildcards"),
        (&["a.test", "*.b.test"], &[], "*.b.test, a.test are not equally specific"),
        (&["*.a.test", "*.long.test"], &[], "not equally specific"),
    ] {
        let why = refuse(Conditions { hosts: &set(hosts), paths: &set(paths) });
        assert!(why.as_ref().is_some_and(|w| w.contains(says)), "{hosts:?} {paths:?}: {why:?}");
    }
    assert_eq!(
        refuse(Conditions { hosts: &set(&["a.test", "b.test"]), paths: &set(&["/1", "/2", "/3"]) }),
        None
    );
}

#[test]
fn many_hosts_and_paths_are_split_into_few_rules() {
    for (hosts, paths, rules) in
        [(1, 0, 1), (5, 0, 1), (6, 0, 2), (1, 4, 1), (1, 5, 2), (2, 3, 1), (4, 4, 4), (3, 9, 5)]
    {
        let hosts: Vec<String> = (0..hosts).map(|n| format!("{n}.test")).collect();
        let paths: Vec<String> = (0..paths).map(|n| format!("/{n}")).collect();
        let split = split(&hosts, &paths);
        assert_eq!(split.len(), rules, "{hosts:?} {paths:?}: {split:?}");
        for (some_hosts, some_paths) in &split {
            assert_eq!(refuse(Conditions { hosts: some_hosts, paths: some_paths }), None);
        }
        let met = |host: &String, path: Option<&String>| {
            split.iter().any(|(h, p)| h.contains(host) && path.is_none_or(|path| p.contains(path)))
        };
        assert!(hosts.iter().all(|h| met(h, None) && paths.iter().all(|p| met(h, Some(p)))));
    }
}

#[test]
fn hosts_of_different_classes_never_share_a_rule() {
    let split = split(&strings(&["a.test", "*.a.test", "b.test", "*.long.test", "*.b.test"]), &[]);
    let hosts: Vec<_> = split.into_iter().map(|(hosts, _)| hosts).collect();
    assert_eq!(hosts, [set(&["a.test", "b.test"]), set(&["*.a.test", "*.b.test"]), set(&["*.long.test"])]);
}
