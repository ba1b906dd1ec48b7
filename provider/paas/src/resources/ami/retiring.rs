//! The end of an image: removed with its snapshots, unless something still needs it.

use super::pipeline::Pipeline;
use paas_aws::Session;
use paas_aws::ec2::images::{self, Image};
use tfplugin::{Diagnostic, Diagnostics};

/// How many of those that need an image stand in the warning.
const NAMED: usize = 10;

/// Removes the image, if there is such an image and nothing refers to it; else a warning says what does.
///
/// # Errors
/// EC2 refuses.
pub async fn remove(session: &Session, pipeline: &Pipeline, id: &str) -> Result<Diagnostics, Diagnostic> {
    let failed = |error: paas_aws::call::AwsError| {
        Diagnostic::error(format!("Can't remove image {id}"), error.to_string())
    };
    let Some(image) = images::get(session, id).await.map_err(failed)? else { return Ok(Diagnostics::new()) };
    let tenant = pipeline.tenant(session).path();
    let users = images::users(session, &tenant, std::slice::from_ref(&image.id)).await.map_err(failed)?;
    if let Some(users) = users.get(&image.id) {
        let users: Vec<String> = users.iter().map(ToString::to_string).collect();
        return Ok(stays(&image, pipeline, &users).into());
    }
    images::remove(session, &image).await.map_err(failed)?;
    Ok(Diagnostics::new())
}

fn stays(image: &Image, pipeline: &Pipeline, users: &[String]) -> Diagnostic {
    let (named, others) = users.split_at(users.len().min(NAMED));
    let mut named = named.join(", ");
    if !others.is_empty() {
        named = format!("{named} and {} more", others.len());
    }
    let detail = format!(
        "Image {} ({}) is still used: by {named}. Terraform forgets it. The next builds of infrastructure pipeline {} remove it once nothing needs it and it is older than the images that are kept.",
        image.id,
        image.name,
        pipeline.id()
    );
    Diagnostic::warning("The image stays", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_names_ten_and_counts_the_rest() {
        let image = Image {
            id: "ami-1".into(),
            name: "paas-dev-acme-1".into(),
            state: images::AVAILABLE.into(),
            creation_date: String::new(),
            snapshot_ids: vec![],
            tags: paas_aws::Tags::new(),
            root_device_name: String::new(),
            state_reason: None,
        };
        let pipeline = Pipeline::parse("dev/acme").unwrap();
        let of = |count: usize| {
            let users: Vec<String> = (0..count).map(|n| format!("instance i-{n}")).collect();
            stays(&image, &pipeline, &users).to_string()
        };
        assert!(of(1).contains("by instance i-0. Terraform"), "{}", of(1));
        assert!(of(10).contains("instance i-9. Terraform"), "{}", of(10));
        assert!(of(12).contains("instance i-9 and 2 more. Terraform"), "{}", of(12));
    }
}
