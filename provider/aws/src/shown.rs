//! How a spec is shown in a plan and kept in a state: without what stands beside it there, or goes without saying.
//!
//! - Tags that are the resource's `tags_all` aren't repeated for each of its objects.
//! - What isn't set is left out.
//! - An ARN of one's own partition, region and account is written without them: `arn:kms:key/…`. Where a service has no
//!   regions, an empty field stays: `arn:iam::role/…`. Everybody else's ARNs stand as they are.

use crate::Session;
use crate::tags::Tags;
use serde_json::{Map, Value as Json};

/// The fields of a spec that may hold the user's tags.
const TAGS: [&str; 2] = ["instance_tags", "tags"];
/// How every ARN begins.
const ARN: &str = "arn:";
/// How every partition's name begins: the first field of a whole ARN.
const PARTITION: &str = "aws";

/// What is known where a spec is shown.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: &'a str,
    /// The region.
    pub region: &'a str,
    /// The account's id.
    pub account_id: &'a str,
    /// All tags of the resource, where they are known.
    pub tags_all: Option<&'a Tags>,
}

impl<'a> Frame<'a> {
    /// That of a resource with these tags.
    #[must_use]
    pub fn of(session: &'a Session, tags_all: Option<&'a Tags>) -> Self {
        Self {
            partition: &session.partition,
            region: &session.region,
            account_id: &session.account_id,
            tags_all,
        }
    }

    /// The spec as it is shown.
    #[must_use]
    pub fn shown(&self, spec: &Json) -> Json {
        let Json::Object(fields) = spec else { return spec.clone() };
        let told = self.told(spec);
        let fields = fields.iter().filter(|(name, value)| !value.is_null() && !told.contains(&name.as_str()));
        Json::Object(
            fields.map(|(name, value)| (name.clone(), texts(value, &|text| self.short(text)))).collect(),
        )
    }

    /// The fields with tags that are left out where the spec is shown.
    #[must_use]
    pub fn told(&self, spec: &Json) -> Vec<&'static str> {
        let is_told = |name: &&str| spec.get(*name).is_some_and(|tags| self.tags().as_ref() == Some(tags));
        TAGS.into_iter().filter(is_told).collect()
    }

    /// A shown spec with these fields that were left out, and whole ARNs. What wasn't set is still absent.
    #[must_use]
    pub fn whole<'t>(&self, shown: &Json, told: impl IntoIterator<Item = &'t str>) -> Json {
        let mut whole = texts(shown, &|text| self.long(text));
        if let (Json::Object(fields), Some(tags)) = (&mut whole, self.tags()) {
            fields.extend(told.into_iter().map(|name| (name.to_owned(), tags.clone())));
        }
        whole
    }

    fn tags(&self) -> Option<Json> {
        let text = |(key, value): (&String, &String)| (key.clone(), Json::from(value.as_str()));
        self.tags_all.map(|tags| Json::Object(tags.iter().map(text).collect::<Map<_, _>>()))
    }

    /// An ARN of ours without what is ours.
    fn short(&self, text: &str) -> Option<String> {
        let mut fields = text.strip_prefix(ARN)?.splitn(5, ':');
        let mut next = || fields.next();
        let (partition, service, region, account, resource) = (next()?, next()?, next()?, next()?, next()?);
        if partition != self.partition || account != self.account_id {
            return None;
        }
        let short = match region {
            "" => format!("{ARN}{service}::{resource}"),
            region if region == self.region => format!("{ARN}{service}:{resource}"),
            _ => return None,
        };
        (self.long(&short).as_deref() == Some(text)).then_some(short)
    }

    /// The whole of such an ARN.
    fn long(&self, text: &str) -> Option<String> {
        let (service, resource) = text.strip_prefix(ARN)?.split_once(':')?;
        if service.starts_with(PARTITION) {
            return None;
        }
        let Self { partition, region, account_id, .. } = self;
        Some(match resource.strip_prefix(':') {
            Some(resource) => format!("{ARN}{partition}:{service}::{account_id}:{resource}"),
            None => format!("{ARN}{partition}:{service}:{region}:{account_id}:{resource}"),
        })
    }
}

/// The same data, with every text replaced for which there is a replacement. Names of fields stay.
fn texts(data: &Json, replacement: &impl Fn(&str) -> Option<String>) -> Json {
    match data {
        Json::String(text) => replacement(text).map_or_else(|| data.clone(), Json::String),
        Json::Array(items) => items.iter().map(|item| texts(item, replacement)).collect(),
        Json::Object(fields) => {
            let field = |(name, value): (&String, &Json)| (name.clone(), texts(value, replacement));
            Json::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tags() -> Tags {
        Tags::from([("team".to_owned(), "a".to_owned())])
    }

    fn frame(tags_all: Option<&Tags>) -> Frame<'_> {
        Frame { partition: "aws", region: "eu-west-1", account_id: "111122223333", tags_all }
    }

    #[test]
    fn arns_of_ours_are_short_and_come_back() {
        let frame = frame(None);
        for (whole, shown) in [
            ("arn:aws:kms:eu-west-1:111122223333:key/1", "arn:kms:key/1"),
            ("arn:aws:iam::111122223333:role/a", "arn:iam::role/a"),
            ("arn:aws:rds:eu-west-1:111122223333:db:a-*", "arn:rds:db:a-*"),
            ("arn:aws:logs:eu-west-1:111122223333:log-group:/a:*", "arn:logs:log-group:/a:*"),
            ("arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess"),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/*"),
            ("arn:aws:kms:us-east-1:111122223333:key/1", "arn:aws:kms:us-east-1:111122223333:key/1"),
            ("arn:aws:kms:eu-west-1:444455556666:key/1", "arn:aws:kms:eu-west-1:444455556666:key/1"),
            ("arn:aws-cn:iam::111122223333:role/a", "arn:aws-cn:iam::111122223333:role/a"),
            ("arn:aws:aws-marketplace::111122223333:a", "arn:aws:aws-marketplace::111122223333:a"),
            ("arn:aws:sqs:eu-west-1:111122223333:", "arn:sqs:"),
            ("arn:aws:x:eu-west-1:111122223333::a", "arn:aws:x:eu-west-1:111122223333::a"),
            ("a text with arn:aws:iam::111122223333:role/a", "a text with arn:aws:iam::111122223333:role/a"),
            ("arn:", "arn:"),
            ("", ""),
        ] {
            let spec = json!({"plain": whole, "deep": [{"list": [whole, 1, null]}]});
            let short = json!({"plain": shown, "deep": [{"list": [shown, 1, null]}]});
            assert_eq!(frame.shown(&spec), short);
            assert_eq!(frame.whole(&short, []), spec);
        }
    }

    /// Such a text comes back as another one: who shows it has to keep it elsewhere.
    #[test]
    fn a_text_that_looks_like_a_shown_arn_stands_as_it_is() {
        let spec = json!({"text": "arn:kms:key/1"});
        assert_eq!(frame(None).shown(&spec), spec);
        assert_ne!(frame(None).whole(&spec, []), spec);
    }

    #[test]
    fn tags_are_shown_where_they_are_not_the_resources() {
        let (all, none) = (tags(), Tags::new());
        for (tags_all, spec, shown, told) in [
            (Some(&all), json!({"a": 1, "tags": {"team": "a"}}), json!({"a": 1}), vec!["tags"]),
            (Some(&all), json!({"tags": {}}), json!({"tags": {}}), vec![]),
            (Some(&none), json!({"tags": {}}), json!({}), vec!["tags"]),
            (Some(&all), json!({"tags": {"team": "b"}}), json!({"tags": {"team": "b"}}), vec![]),
            (
                Some(&all),
                json!({"tags": {"team": "a"}, "instance_tags": {"team": "a"}}),
                json!({}),
                vec!["instance_tags", "tags"],
            ),
            (Some(&all), json!({"a": 1}), json!({"a": 1}), vec![]),
            (None, json!({"tags": {}}), json!({"tags": {}}), vec![]),
        ] {
            let frame = frame(tags_all);
            assert_eq!((frame.shown(&spec), frame.told(&spec)), (shown.clone(), told.clone()));
            assert_eq!(frame.whole(&shown, told), spec);
        }
    }

    #[test]
    fn what_is_not_set_is_left_out_of_the_spec_and_not_of_its_parts() {
        let spec = json!({"a": null, "b": {"c": null}});
        assert_eq!(frame(None).shown(&spec), json!({"b": {"c": null}}));
    }
}
