//! `provider::paas::names`: the names and prefixes of a tenant, for configurations that refer to them.

use crate::names::{self, EnvironmentNames};
use crate::provider::PROJECT;
use paas_aws::names::refuse;
use tfplugin::{Function, FunctionError, Parameter, Signature, Type, Value};

/// The function.
pub struct Names;

const FIELDS: [&str; 8] = [
    "environment_parameter",
    "tenant_parameter",
    "autoscaling_group",
    "kms_alias",
    "software_object",
    "infrastructure_object",
    "infrastructure_parameter",
    "state_object",
];

impl Function for Names {
    const NAME: &'static str = "names";

    fn signature(&self) -> Signature {
        Signature {
            summary: "The names of a tenant's objects".into(),
            description: "Returns the names that follow from a project, an environment and a tenant alone: the SSM parameters of their records, the Auto Scaling group (the launch template and the security group have the same name), the key's alias, the objects in the bucket that start the pipelines, and the one with Terraform's state of a tenant that its infrastructure pipeline deploys.".into(),
            parameters: vec![
                Parameter::new("project", Type::String, "The provider's `project`; `paas` unless set there."),
                Parameter::new("environment", Type::String, "Name of the environment."),
                Parameter::new("tenant", Type::String, "Name of the tenant."),
            ],
            variadic: None,
            returns: Type::object(FIELDS.map(|name| (name, Type::String))),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let texts: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
        let [project, environment, tenant] = texts[..] else {
            return Err(FunctionError::new("Takes a project, an environment and a tenant."));
        };
        for (position, (name, longest)) in
            (0..).zip([(project, PROJECT), (environment, names::ENVIRONMENT), (tenant, names::TENANT)])
        {
            if let Some(why) = refuse(name, longest) {
                return Err(FunctionError::argument(position, format!("{name:?} {why}.")));
            }
        }
        let environment = EnvironmentNames { project, environment };
        let tenant = environment.tenant(tenant);
        let values = [
            environment.parameter(),
            tenant.parameter(),
            tenant.base(),
            environment.key_alias(),
            tenant.software_object(),
            tenant.infrastructure_object(),
            tenant.infrastructure().parameter(),
            tenant.infrastructure().state_object(),
        ];
        Ok(Value::object(FIELDS.into_iter().zip(values.map(Value::String))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: [&str; 3]) -> Result<Value, FunctionError> {
        Names.call(arguments.map(|a| Value::String(a.into())).to_vec())
    }

    #[test]
    fn names_follow_from_the_arguments() {
        let names = call(["paas", "dev", "acme"]).unwrap();
        assert_eq!(names.get("tenant_parameter").as_str(), Some("/paas/paas/dev/acme"));
        assert_eq!(names.get("software_object").as_str(), Some("software/acme.zip"));
        assert_eq!(names.get("state_object").as_str(), Some("terraform/acme.tfstate"));
    }

    #[test]
    fn a_bad_name_is_reported_at_its_argument() {
        assert_eq!(call(["paas", "Dev", "acme"]).unwrap_err().argument, Some(1));
    }
}
