//! The infrastructure pipeline that bakes: found by its id and its record, without access to its state.

use crate::names::{EnvironmentNames, InfrastructureNames};
use crate::record::{self, infrastructure_pipeline::Outputs};
use crate::resources::infrastructure_pipeline;
use crate::run::ThisRun;
use paas_aws::world::Part;
use paas_aws::{Owner, Session};
use tfplugin::Diagnostic;

/// The argument that errors about the pipeline point at.
pub const AT: &str = "infrastructure_pipeline";

/// Whose images they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipeline {
    environment: String,
    tenant: String,
}

/// How a pipeline's record stands.
#[derive(Debug)]
pub enum Standing {
    /// It is published.
    Whole(Outputs),
    /// The name is claimed, no more.
    HalfMade,
    /// There is none.
    Missing,
}

impl Pipeline {
    /// Out of an id, such as `dev/acme`.
    ///
    /// # Errors
    /// It isn't one.
    pub fn parse(id: &str) -> Result<Self, Diagnostic> {
        let (environment, tenant) = infrastructure_pipeline::parse(id)?;
        Ok(Self { environment: environment.into(), tenant: tenant.into() })
    }

    /// Out of an image's id for an import, such as `dev/acme/ami-0abcdef1234567890`: the pipeline, and the image.
    ///
    /// # Errors
    /// It isn't one.
    pub fn with_image(id: &str) -> Result<(Self, String), Diagnostic> {
        let refused = || {
            Diagnostic::error(
                "Not an image's id",
                format!(
                    "{id:?} is not what an image is imported by: the id of its infrastructure pipeline, a slash, the image's id, such as \"dev/acme/ami-0abcdef1234567890\"."
                ),
            )
        };
        let (pipeline, image) = id.rsplit_once('/').ok_or_else(refused)?;
        let is_image = image.strip_prefix("ami-").is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        });
        let pipeline = Self::parse(pipeline).ok().filter(|_| is_image).ok_or_else(refused)?;
        Ok((pipeline, image.to_owned()))
    }

    /// `dev/acme`
    pub fn id(&self) -> String {
        format!("{}/{}", self.environment, self.tenant)
    }

    /// The names of its AWS objects.
    pub fn names<'n>(&'n self, session: &'n Session) -> InfrastructureNames<'n> {
        EnvironmentNames { project: &session.project, environment: &self.environment }
            .tenant(&self.tenant)
            .infrastructure()
    }

    /// The pipeline itself.
    pub fn owner(&self, session: &Session) -> Owner {
        self.tenant(session).part(Part::InfrastructurePipeline)
    }

    /// What the tag `paas:owner` names on its images.
    pub fn images(&self, session: &Session) -> Owner {
        self.tenant(session).part(Part::MachineImages)
    }

    /// The tenant that runs on its images.
    pub fn tenant(&self, session: &Session) -> Owner {
        Owner::tenant(&session.project, &self.environment, &self.tenant)
    }

    /// Its record.
    ///
    /// # Errors
    /// AWS refuses, or the record is another version's.
    pub async fn standing(&self, session: &Session) -> Result<Standing, Diagnostic> {
        let found =
            record::infrastructure_pipeline::infrastructure_pipeline(session, self.names(session)).await?;
        Ok(match found {
            Some(record) => record.outputs.map_or(Standing::HalfMade, Standing::Whole),
            None => Standing::Missing,
        })
    }

    /// What it publishes.
    ///
    /// # Errors
    /// It isn't there, or half-made; AWS refuses.
    pub async fn outputs(&self, session: &Session) -> Result<Outputs, Diagnostic> {
        match self.standing(session).await? {
            Standing::Whole(outputs) => Ok(outputs),
            Standing::HalfMade => Err(self.not_ready()),
            Standing::Missing => Err(self.not_there(session)),
        }
    }

    /// The same at plan; none while they are yet to come in this run.
    ///
    /// # Errors
    /// As [`outputs`](Self::outputs).
    pub async fn foreseen(&self, session: &Session, run: &ThisRun) -> Result<Option<Outputs>, Diagnostic> {
        let owner = self.owner(session);
        let is_made_anew = run.predecessor(&owner) == Some(owner.path());
        match self.standing(session).await? {
            Standing::Whole(outputs) if !is_made_anew => Ok(Some(outputs)),
            // It stands in the same configuration, and its turn comes before the image's.
            _ if run.is_coming(&owner) => Ok(None),
            Standing::Missing => Err(self.not_there(session)),
            _ => Err(self.not_ready()),
        }
    }

    /// What to say where the record has no outputs yet.
    pub fn not_ready(&self) -> Diagnostic {
        let detail = format!(
            "The infrastructure pipeline {} is still being made, or its apply broke off. Finish that apply first.",
            self.id()
        );
        Diagnostic::error("Infrastructure pipeline not ready", detail).at(AT)
    }

    /// What to say where there is no record.
    pub fn not_there(&self, session: &Session) -> Diagnostic {
        let Session { project, region, account_id, .. } = session;
        let Self { environment, tenant } = self;
        let detail = format!(
            "There is no infrastructure pipeline of tenant {tenant:?} in environment {environment:?} of project {project:?} in {region} of account {account_id}. If it is in this configuration, refer to it: infrastructure_pipeline = paas_infrastructure_pipeline.{}.id. If it is in another one, apply that first.",
            tenant.replace('-', "_")
        );
        Diagnostic::error("No such infrastructure pipeline", detail).at(AT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_two_names_and_images_a_third_part() {
        let pipeline = Pipeline { environment: "dev".into(), tenant: "acme-2".into() };
        assert_eq!(Pipeline::parse("dev/acme-2").unwrap(), pipeline);
        assert_eq!(pipeline.id(), "dev/acme-2");
        for id in ["", "dev", "dev/", "/acme", "dev/Acme", "dev/acme/infrastructure"] {
            let refused = Pipeline::parse(id).unwrap_err().to_string();
            assert!(refused.contains("such as \"dev/acme\""), "{refused}");
        }
        let image = "ami-0abcdef1234567890".to_owned();
        assert_eq!(Pipeline::with_image("dev/acme-2/ami-0abcdef1234567890").unwrap(), (pipeline, image));
        for id in [
            "",
            "ami-0123",
            "dev/ami-0123",
            "dev/acme",
            "dev/acme/i-0123",
            "dev/acme/ami-",
            "dev/acme/ami-XYZ",
        ] {
            let refused = Pipeline::with_image(id).unwrap_err().to_string();
            assert!(refused.contains("\"dev/acme/ami-0abcdef1234567890\""), "{refused}");
        }
    }
}
