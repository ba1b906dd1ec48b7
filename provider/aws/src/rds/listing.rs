//! Groups by their names. One call of RDS takes one name or none: several are listed with all that there are.

use super::PAGE;
use crate::call::AwsError;
use std::collections::HashMap;

/// What a call is to describe: one by its name, or all, and then how many a page.
pub(super) struct Wanted {
    pub(super) name: Option<String>,
    pub(super) max_records: Option<i32>,
}

/// Those of `names` that are there, and perhaps more. `describe` makes the call, over all pages; `name` tells what an
/// answer is about; `not_found` are the codes that say that there is none of that name.
///
/// # Errors
/// AWS refuses.
pub(super) async fn by_name<T, F>(
    names: Vec<String>,
    not_found: &[&str],
    name: fn(&T) -> Option<String>,
    describe: impl Fn(Wanted) -> F,
) -> Result<HashMap<String, T>, AwsError>
where
    F: Future<Output = Result<Vec<T>, AwsError>>,
{
    let named = |group: T| Some((name(&group)?, group));
    if names.len() > 1 {
        let all = describe(Wanted { name: None, max_records: Some(PAGE) }).await?;
        return Ok(all.into_iter().filter_map(named).collect());
    }
    let mut found = HashMap::new();
    for name in names {
        match describe(Wanted { name: Some(name), max_records: None }).await {
            Ok(one) => found.extend(one.into_iter().filter_map(named)),
            Err(e) if e.is(not_found) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// A region with the groups `a` and `b`; notes what was asked for.
    async fn look(names: &[&str], code: &str) -> (Result<Vec<String>, String>, Vec<Option<String>>) {
        let asked = RefCell::new(vec![]);
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let found = by_name(
            names,
            &["None"],
            |group: &String| Some(group.clone()),
            |wanted| {
                assert_eq!(wanted.max_records, wanted.name.is_none().then_some(PAGE));
                asked.borrow_mut().push(wanted.name.clone());
                async move {
                    let groups: Vec<String> = ["a", "b"].map(str::to_owned).into();
                    match wanted.name {
                        None => Ok(groups),
                        Some(name) if groups.contains(&name) => Ok(vec![name]),
                        Some(_) => Err(AwsError::ours("DescribeGroups", "no").coded(code)),
                    }
                }
            },
        );
        let mut found =
            found.await.map(|found| found.into_keys().collect::<Vec<_>>()).map_err(|e| e.to_string());
        if let Ok(found) = &mut found {
            found.sort();
        }
        (found, asked.into_inner())
    }

    #[tokio::test]
    async fn one_is_asked_for_by_name_and_several_with_all() {
        let (one, all) = (|name: &str| vec![Some(name.to_owned())], vec![None]);
        let found = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(look(&[], "None").await, (found(&[]), vec![]));
        assert_eq!(look(&["a"], "None").await, (found(&["a"]), one("a")));
        assert_eq!(look(&["x"], "None").await, (found(&[]), one("x")));
        assert_eq!(look(&["a", "x"], "None").await, (found(&["a", "b"]), all));
        assert!(look(&["x"], "Other").await.0.is_err());
    }
}
