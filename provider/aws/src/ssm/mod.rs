//! SSM Parameter Store: the published records.

mod parameter;

pub use parameter::{MAX_VALUE, Parameter, ParameterOut};

use crate::batch::Batched;
use crate::call::{AwsError, call};
use crate::session::Session;
use crate::tags::Tags;
use aws_sdk_ssm::Client;
use std::collections::{BTreeMap, HashMap};

/// Batched reads of parameters' values by name; `GetParameters` takes ten.
#[derive(Clone)]
pub struct Reads {
    pub(crate) values: Batched<String, String>,
    /// SSM lists the tags of one parameter at a time.
    tags: Batched<String, Tags>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_values, of_tags) = (client.clone(), client.clone());
        Self {
            values: Batched::new(10, move |names| {
                let client = of_values.clone();
                async move { values(&client, names).await }
            }),
            tags: Batched::new(1, move |names| parameter::tags(of_tags.clone(), names)),
        }
    }

    /// Says that the object of this ARN will probably be read in this run, if it is a parameter.
    pub(crate) fn expect(&self, arn: &str) {
        // A parameter's name is a path that starts with the slash.
        self.values.expect(arn.split_once(":parameter").map(|(_, name)| name.to_owned()));
    }
}

/// Names parameters that will probably be read in this run: they travel along with others, at no call of their own.
pub fn expect(session: &Session, names: impl IntoIterator<Item = String>) {
    session.reads.ssm.values.expect(names);
}

/// Names that don't exist come back in a list of their own.
async fn values(client: &Client, names: Vec<String>) -> Result<HashMap<String, String>, AwsError> {
    let request = client.get_parameters().set_names(Some(names)).with_decryption(true);
    let answer = call("GetParameters", request.send()).await?;
    Ok(answer.parameters.into_iter().flatten().filter_map(|p| p.name.zip(p.value)).collect())
}

/// A parameter's value; `None` if there is none of that name. AWS's public parameters (`/aws/service/…`) are read
/// the same way.
///
/// # Errors
/// When SSM can't be asked.
pub async fn parameter(session: &Session, name: &str) -> Result<Option<String>, AwsError> {
    session.reads.ssm.values.get(&name.to_owned()).await
}

/// How far below a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// One level.
    One,
    /// Everything.
    All,
}

/// Values by name of the parameters below `path`, which starts with a slash and doesn't end with one.
///
/// # Errors
/// When SSM can't be asked.
pub async fn parameters_below(
    session: &Session,
    path: &str,
    depth: Depth,
) -> Result<BTreeMap<String, String>, AwsError> {
    let request =
        session.ssm.get_parameters_by_path().path(path).recursive(depth == Depth::All).with_decryption(true);
    let mut pages = request.into_paginator().send();
    let mut found = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = call("GetParametersByPath", std::future::ready(page)).await?;
        found.extend(page.parameters.into_iter().flatten().filter_map(|p| p.name.zip(p.value)));
    }
    Ok(found)
}
