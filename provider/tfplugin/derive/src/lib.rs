//! `#[derive(Attributes)]`: see the documentation of the `tfplugin` crate.

mod options;

use options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Lit, Meta, ext::IdentExt, parse_macro_input,
};

/// Makes a struct the one declaration of a set of attributes: the schema, the documentation and the conversion from and
/// to Terraform's values.
///
/// Every field is an `Attr<T>`, where `T` is `String`, `bool`, `i64`, `f64`, `Vec<T>` (a list), `BTreeSet<T>` (a set),
/// `BTreeMap<String, T>` (a map), `Value` (any type), or another struct that derives `Attributes` (a nested attribute),
/// also within one collection. The struct also needs `Clone` and `Default`. Doc comments are the descriptions, as
/// Markdown.
///
/// Each field says in `#[attr(…)]` who sets it:
/// - `required`: the user must.
/// - `optional`: the user may.
/// - `optional, default = EXPR`: the user may; what is left out becomes `EXPR`, shown in the plan.
/// - `optional, computed`: the user may; what is left out is chosen by the provider at first and stays.
/// - `computed`: only the provider. Unknown in a plan that changes anything.
/// - `computed, keep`: only the provider, once: stays known in a plan that changes other attributes.
///
/// and further:
/// - `replace`: a change replaces the resource.
/// - `sensitive`: hidden in Terraform's output.
/// - `write_only`: passed with the configuration, never kept in plan or state.
/// - `deprecated = "what to use instead"`.
#[proc_macro_derive(Attributes, attributes(attr))]
pub fn attributes(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(input, "only a struct can be a set of attributes"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(input, "attributes have names: use a struct with named fields"));
    };
    let (mut schema, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new());
    for field in &fields.named {
        let ident = field.ident.as_ref().expect("a named field");
        let name = ident.unraw().to_string();
        let (ty, description) = (&field.ty, description(&field.attrs)?);
        let settings = Options::of(field)?.settings(ty);
        schema.push(quote! {{
            let kind = <#ty as ::tfplugin::AttributeType>::kind();
            let mut attribute = ::tfplugin::schema::Attribute::new(#name, kind, #description);
            #settings
            attribute
        }});
        from.push(quote! { #ident: ::tfplugin::derive::field(object, #name)? });
        to.push(quote! { (#name, ::tfplugin::AttributeType::write(&self.#ident)) });
    }
    let (ident, description) = (&input.ident, description(&input.attrs)?);
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics ::tfplugin::Attributes for #ident #ty_generics #where_clause {
            fn schema() -> ::tfplugin::schema::Schema {
                ::tfplugin::schema::Schema { description: #description.into(), attributes: ::std::vec![#(#schema),*] }
            }

            // a struct may have no attributes at all
            #[allow(unused_variables)]
            fn from_value(
                value: &::tfplugin::Value,
            ) -> ::std::result::Result<Self, ::tfplugin::Diagnostic> {
                let object = ::tfplugin::derive::object(value)?;
                ::std::result::Result::Ok(Self { #(#from),* })
            }

            fn to_value(&self) -> ::tfplugin::Value {
                ::tfplugin::Value::object::<&str>([#(#to),*])
            }
        }

        impl #impl_generics ::tfplugin::AttributeType for #ident #ty_generics #where_clause {
            fn kind() -> ::tfplugin::schema::Kind {
                ::tfplugin::schema::Kind::Nested(
                    ::tfplugin::schema::Nesting::Single,
                    <Self as ::tfplugin::Attributes>::schema(),
                )
            }

            fn from_known(
                value: &::tfplugin::Value,
            ) -> ::std::result::Result<::tfplugin::Attr<Self>, ::tfplugin::Diagnostic> {
                <Self as ::tfplugin::Attributes>::from_value(value).map(::tfplugin::Attr::Known)
            }

            fn write(&self) -> ::tfplugin::Value {
                ::tfplugin::Attributes::to_value(self)
            }
        }
    })
}

/// The doc comment as one text, with the common indentation of one space removed.
fn description(attributes: &[Attribute]) -> syn::Result<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(doc) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &doc.value else {
            return Err(Error::new_spanned(
                doc,
                "write the description as a doc comment: the docs are made from it",
            ));
        };
        let text = text.value();
        lines.push(text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned());
    }
    Ok(lines.join("\n").trim().to_owned())
}
