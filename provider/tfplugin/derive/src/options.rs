//! What stands in `#[attr(…)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Expr, Field, Lit, LitStr, Type, spanned::Spanned};

#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Options {
    required: bool,
    optional: bool,
    computed: bool,
    default: Option<Expr>,
    replace: bool,
    keep: bool,
    sensitive: bool,
    write_only: bool,
    deprecated: Option<LitStr>,
}

impl Options {
    /// Reads and checks the options of a field.
    pub fn of(field: &Field) -> syn::Result<Self> {
        let mut options = Self::default();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("attr")) {
            attribute.parse_nested_meta(|meta| {
                let name = meta.path.require_ident()?.to_string();
                match name.as_str() {
                    "required" => options.required = true,
                    "optional" => options.optional = true,
                    "computed" => options.computed = true,
                    "default" => options.default = Some(meta.value()?.parse()?),
                    "replace" => options.replace = true,
                    "keep" => options.keep = true,
                    "sensitive" => options.sensitive = true,
                    "write_only" => options.write_only = true,
                    "deprecated" => options.deprecated = Some(meta.value()?.parse()?),
                    _ => return Err(meta.error(format!("unknown option `{name}`"))),
                }
                Ok(())
            })?;
        }
        options.check().map_err(|text| Error::new(field.span(), text))?;
        Ok(options)
    }

    /// The combinations that Terraform refuses, or that make no sense.
    fn check(&self) -> Result<(), &'static str> {
        if !(self.required || self.optional || self.computed) {
            return Err(
                "say who sets this attribute: #[attr(required)], #[attr(optional)] or #[attr(computed)]",
            );
        }
        if self.required && (self.optional || self.computed) {
            return Err("a required attribute is neither optional nor computed");
        }
        if self.default.is_some() && (!self.optional || self.computed) {
            return Err("a default goes with `optional`, and without `computed`");
        }
        if self.keep && (!self.computed || self.optional) {
            return Err("`keep` goes with `computed` alone: an optional and computed attribute stays anyway");
        }
        if self.write_only && (self.computed || self.default.is_some() || self.replace) {
            return Err(
                "a write-only attribute is not kept, so it can't be computed, have a default or force a replacement",
            );
        }
        Ok(())
    }

    /// Statements that set the flags of the variable `attribute`.
    pub fn settings(&self, ty: &Type) -> TokenStream {
        let Self { required, optional, replace, keep, sensitive, write_only, .. } = self;
        // the provider fills a default in, so Terraform has to see the attribute as computed
        let computed = self.computed || self.default.is_some();
        let default = self.default.as_ref().map(|expression| {
            let value = literal(expression);
            quote! {
                let default: #ty = ::tfplugin::Attr::Known(#value);
                attribute.default = ::std::option::Option::Some(::tfplugin::AttributeType::write(&default));
            }
        });
        let deprecated = self.deprecated.as_ref().map(|text| {
            quote! { attribute.deprecated = ::std::option::Option::Some(#text.into()); }
        });
        quote! {
            attribute.required = #required;
            attribute.optional = #optional;
            attribute.computed = #computed;
            attribute.replace = #replace;
            attribute.keep = #keep;
            attribute.sensitive = #sensitive;
            attribute.write_only = #write_only;
            #default
            #deprecated
        }
    }
}

/// Literals as one likes to write them: `"text"` for a `String`, `["a", "b"]` for any collection.
fn literal(expression: &Expr) -> TokenStream {
    match expression {
        Expr::Lit(lit) if matches!(lit.lit, Lit::Str(_)) => quote! { ::std::string::String::from(#lit) },
        Expr::Array(array) => {
            let items = array.elems.iter().map(literal);
            quote! { ::std::iter::IntoIterator::into_iter([#(#items),*]).collect() }
        }
        other => quote! { #other },
    }
}
