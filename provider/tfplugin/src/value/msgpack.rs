//! Values as msgpack, the way they cross the wire.
//!
//! Facts of the format: extension types are unknown values (0 plain, 12 with refinements, which we don't use); a number
//! comes as integer, float or decimal string; a value of dynamic type is `[type as JSON, value]`; an object carries
//! every attribute of its type.

use super::{DecodeError, Number, Type, Value};
use rmp::{Marker, decode, encode};
use std::collections::BTreeMap;

impl Value {
    /// Reads a value of type `ty`.
    ///
    /// # Errors
    /// If the bytes are no msgpack, or hold a value of another shape than `ty`.
    pub fn from_msgpack(bytes: &[u8], ty: &Type) -> Result<Self, DecodeError> {
        let mut rest = bytes;
        let value = read(&mut rest, ty)?;
        if rest.is_empty() {
            Ok(value)
        } else {
            Err(DecodeError::Msgpack(format!("{} bytes left over", rest.len())))
        }
    }

    /// Writes the value as type `ty`.
    ///
    /// # Errors
    /// If the value doesn't have the shape of `ty`.
    pub fn to_msgpack(&self, ty: &Type) -> Result<Vec<u8>, DecodeError> {
        let mut out = Vec::new();
        write(&mut out, self, ty)?;
        Ok(out)
    }
}

fn malformed(error: impl std::fmt::Display) -> DecodeError {
    DecodeError::Msgpack(error.to_string())
}

fn read(bytes: &mut &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let marker = Marker::from_u8(*bytes.first().ok_or_else(|| malformed("unexpected end"))?);
    match marker {
        Marker::Null => {
            *bytes = &bytes[1..];
            return Ok(Value::Null);
        }
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => {
            let extension = decode::read_ext_meta(bytes).map_err(malformed)?;
            take(bytes, extension.size as usize)?;
            return Ok(Value::Unknown);
        }
        _ => {}
    }
    let mismatch = || DecodeError::mismatch(ty, format!("msgpack {marker:?}"));
    match ty {
        Type::Bool => decode::read_bool(bytes).map(Value::Bool).map_err(|_| mismatch()),
        Type::String => Ok(Value::String(string(bytes).map_err(|_| mismatch())?.to_owned())),
        Type::Number => {
            number(bytes, marker).and_then(|number| number.ok_or_else(mismatch)).map(Value::Number)
        }
        Type::List(element) => Ok(Value::List(elements(bytes, element, mismatch)?)),
        Type::Set(element) => Ok(Value::set(elements(bytes, element, mismatch)?)),
        Type::Tuple(types) => {
            let length = decode::read_array_len(bytes).map_err(|_| mismatch())?;
            if length as usize != types.len() {
                return Err(mismatch());
            }
            let items = types.iter().enumerate();
            items
                .map(|(i, ty)| read(bytes, ty).map_err(|e| e.under(i)))
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        Type::Map(element) => {
            let mut items = BTreeMap::new();
            for _ in 0..decode::read_map_len(bytes).map_err(|_| mismatch())? {
                let key = string(bytes)?.to_owned();
                let item = read(bytes, element).map_err(|e| e.under(&key))?;
                items.insert(key, item);
            }
            Ok(Value::Map(items))
        }
        Type::Object(attributes) => {
            let mut items: BTreeMap<_, _> =
                attributes.keys().map(|name| (name.clone(), Value::Null)).collect();
            for _ in 0..decode::read_map_len(bytes).map_err(|_| mismatch())? {
                let name = string(bytes)?;
                let ty = attributes
                    .get(name)
                    .ok_or_else(|| DecodeError::mismatch(ty, format!("attribute {name}")))?;
                items.insert(name.to_owned(), read(bytes, ty).map_err(|e| e.under(name))?);
            }
            Ok(Value::Map(items))
        }
        Type::Dynamic => {
            if decode::read_array_len(bytes).map_err(|_| mismatch())? != 2 {
                return Err(mismatch());
            }
            // the type is JSON in a binary
            let length = decode::read_bin_len(bytes).map_err(|_| mismatch())?;
            let json = serde_json::from_slice(take(bytes, length as usize)?)?;
            let inner = Type::from_json(&json).ok_or_else(|| DecodeError::mismatch(ty, json.to_string()))?;
            Ok(match read(bytes, &inner)? {
                Value::Null => Value::Null,
                value => Value::Dynamic(Box::new(inner), Box::new(value)),
            })
        }
    }
}

fn elements(
    bytes: &mut &[u8],
    element: &Type,
    mismatch: impl Fn() -> DecodeError,
) -> Result<Vec<Value>, DecodeError> {
    let length = decode::read_array_len(bytes).map_err(|_| mismatch())?;
    (0..length).map(|i| read(bytes, element).map_err(|e| e.under(i))).collect()
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], DecodeError> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or_else(|| malformed("unexpected end"))?;
    *bytes = rest;
    Ok(taken)
}

fn string<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, DecodeError> {
    let length = decode::read_str_len(bytes).map_err(malformed)?;
    std::str::from_utf8(take(bytes, length as usize)?).map_err(malformed)
}

fn number(bytes: &mut &[u8], marker: Marker) -> Result<Option<Number>, DecodeError> {
    Ok(match marker {
        Marker::F32 => Some(f64::from(decode::read_f32(bytes).map_err(malformed)?).into()),
        Marker::F64 => Some(decode::read_f64(bytes).map_err(malformed)?.into()),
        Marker::U64 => Some(decode::read_u64(bytes).map_err(malformed)?.into()),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            Number::from_decimal(string(bytes)?)
        }
        _ => decode::read_int::<i64, _>(bytes).ok().map(Number::from),
    })
}

/// Writing into memory can't fail.
const INFALLIBLE: &str = "a Vec takes all bytes";

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), DecodeError> {
    match (ty, value) {
        (_, Value::Null) => encode::write_nil(out).expect(INFALLIBLE),
        // fixext 1, type 0: a plain unknown
        (_, Value::Unknown) => out.extend([Marker::FixExt1.to_u8(), 0, 0]),
        (Type::Dynamic, Value::Dynamic(inner, value)) => write_dynamic(out, value, inner)?,
        (Type::Dynamic, value) => write_dynamic(out, value, &value.natural_type())?,
        (_, Value::Dynamic(_, value)) => write(out, value, ty)?,
        (Type::Bool, Value::Bool(value)) => encode::write_bool(out, *value).expect(INFALLIBLE),
        (Type::String, Value::String(text)) => encode::write_str(out, text).expect(INFALLIBLE),
        (Type::Number, Value::Number(number)) => match (number.as_i64(), number.is_decimal()) {
            (Some(int), _) => {
                encode::write_sint(out, int).expect(INFALLIBLE);
            }
            (None, Some(digits)) => encode::write_str(out, digits).expect(INFALLIBLE),
            (None, None) => encode::write_f64(out, number.as_f64()).expect(INFALLIBLE),
        },
        (Type::List(element) | Type::Set(element), Value::List(items)) => {
            encode::write_array_len(out, length(items.len())).expect(INFALLIBLE);
            for (i, item) in items.iter().enumerate() {
                write(out, item, element).map_err(|e| e.under(i))?;
            }
        }
        (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => {
            encode::write_array_len(out, length(items.len())).expect(INFALLIBLE);
            for (i, (item, ty)) in items.iter().zip(types).enumerate() {
                write(out, item, ty).map_err(|e| e.under(i))?;
            }
        }
        (Type::Map(element), Value::Map(items)) => {
            encode::write_map_len(out, length(items.len())).expect(INFALLIBLE);
            for (key, item) in items {
                encode::write_str(out, key).expect(INFALLIBLE);
                write(out, item, element).map_err(|e| e.under(key))?;
            }
        }
        (Type::Object(attributes), Value::Map(items)) => {
            if let Some(stray) = items.keys().find(|name| !attributes.contains_key(*name)) {
                return Err(DecodeError::mismatch(ty, format!("attribute {stray}")));
            }
            encode::write_map_len(out, length(attributes.len())).expect(INFALLIBLE);
            for (name, ty) in attributes {
                encode::write_str(out, name).expect(INFALLIBLE);
                write(out, items.get(name).unwrap_or(&Value::Null), ty).map_err(|e| e.under(name))?;
            }
        }
        _ => return Err(DecodeError::mismatch(ty, value.kind())),
    }
    Ok(())
}

fn write_dynamic(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), DecodeError> {
    let json = ty.to_json().to_string();
    encode::write_array_len(out, 2).expect(INFALLIBLE);
    encode::write_bin(out, json.as_bytes()).expect(INFALLIBLE);
    write(out, value, ty)
}

fn length(length: usize) -> u32 {
    u32::try_from(length).expect("messages are limited to 256 MiB")
}

impl Value {
    /// The type that Terraform would give a literal of this value: sequences are tuples, mappings are objects.
    fn natural_type(&self) -> Type {
        match self {
            Self::Unknown | Self::Null => Type::Dynamic,
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::List(items) => Type::Tuple(items.iter().map(Self::natural_type).collect()),
            Self::Map(items) => Type::object(items.iter().map(|(name, item)| (name, item.natural_type()))),
            Self::Dynamic(ty, _) => (**ty).clone(),
        }
    }
}
