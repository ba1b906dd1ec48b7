use super::*;
use serde_json::json;

fn round_trip(value: &Value, ty: &Type) -> Value {
    Value::from_msgpack(&value.to_msgpack(ty).unwrap(), ty).unwrap()
}

fn number(digits: &str) -> Value {
    Value::Number(Number::from_decimal(digits).unwrap())
}

#[test]
fn values_survive_msgpack() {
    let object = Type::object([("a", Type::String), ("b", Type::list(Type::Bool))]);
    for (value, ty) in [
        (Value::Null, Type::String),
        (Value::Unknown, object.clone()),
        (Value::from("text"), Type::String),
        (number("-3"), Type::Number),
        (number("9223372036854775807"), Type::Number),
        (number("0.1"), Type::Number),
        (number("18446744073709551616000000000000000001"), Type::Number),
        (Value::object([("a", Value::Unknown), ("b", vec![true.into(), Value::Null].into())]), object),
        (Value::object([("k", Value::from(1i64))]), Type::map(Type::Number)),
        (vec![Value::from("x"), 1.into()].into(), Type::Tuple(vec![Type::String, Type::Number])),
        (Value::Dynamic(Box::new(Type::set(Type::String)), Box::new(vec!["a".into()].into())), Type::Dynamic),
        (Value::Dynamic(Box::new(Type::String), Box::new(Value::Unknown)), Type::Dynamic),
    ] {
        assert_eq!(round_trip(&value, &ty), value, "{ty}");
    }
}

#[test]
fn extension_types_are_unknowns() {
    // plain, and refined: extension 12 with a payload
    for bytes in [&[0xd4, 0, 0][..], &[0xc7, 3, 12, 0x81, 1, 0xc2]] {
        assert_eq!(Value::from_msgpack(bytes, &Type::String).unwrap(), Value::Unknown);
    }
}

#[test]
fn numbers_come_as_integer_float_or_string() {
    let decode = |bytes: &[u8]| Value::from_msgpack(bytes, &Type::Number).unwrap();
    assert_eq!(decode(&[5]), 5.into());
    assert_eq!(decode(&[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]), 0.5.into());
    assert_eq!(decode(b"\xa3100"), 100.into());
    // a float that is whole is the same number as the integer
    assert_eq!(decode(&[0xcb, 0x40, 0x14, 0, 0, 0, 0, 0, 0]), 5.into());
    // beyond i64
    assert_eq!(decode(&[0xcf, 255, 255, 255, 255, 255, 255, 255, 255]), number("18446744073709551615"));
}

#[test]
fn a_bare_value_of_dynamic_type_gets_the_type_of_its_literal() {
    let bare = Value::object([("list", Value::List(vec!["a".into(), 1.into()]))]);
    let Value::Dynamic(ty, value) = round_trip(&bare, &Type::Dynamic) else { panic!("no type") };
    assert_eq!(ty.to_string(), "object({list = tuple([string, number])})");
    assert_eq!(*value, bare);
}

#[test]
fn objects_carry_every_attribute() {
    let ty = Type::object([("a", Type::String), ("b", Type::String)]);
    let sparse = Value::object([("a", Value::from("x"))]);
    assert_eq!(round_trip(&sparse, &ty), Value::object([("a", "x".into()), ("b", Value::Null)]));
    let stray = Value::object([("c", Value::from("x"))]).to_msgpack(&ty);
    assert!(stray.unwrap_err().to_string().contains("attribute c"));
}

#[test]
fn equal_sets_are_equal_in_any_order() {
    let ty = Type::set(Type::String);
    let decode = |items: &[&str]| Value::from_json(&json!(items), &ty).unwrap();
    assert_eq!(decode(&["b", "a", "b"]), decode(&["a", "b"]));
    assert_eq!(Value::set(vec![Value::Unknown, Value::Unknown]), vec![Value::Unknown, Value::Unknown].into());
}

#[test]
fn errors_say_where_and_what() {
    let ty = Type::object([("a", Type::list(Type::Number))]);
    let error = Value::from_json(&json!({ "a": [1, {}] }), &ty).unwrap_err();
    assert_eq!(error.to_string(), "a.1: expected number, found object");
    assert!(Value::from_msgpack(&[0x93, 1], &Type::list(Type::Number)).is_err(), "cut off");
    assert!(Value::from_msgpack(&[1, 2], &Type::Number).is_err(), "too long");
    assert!(
        Value::from_msgpack(&[0xdd, 0xff, 0xff, 0xff, 0xff], &Type::list(Type::Number)).is_err(),
        "a lie"
    );
}

#[test]
fn types_are_written_as_terraform_does() {
    let ty = Type::object([("a", Type::set(Type::map(Type::Number))), ("b", Type::Tuple(vec![Type::Bool]))]);
    assert_eq!(
        ty.to_json(),
        json!(["object", { "a": ["set", ["map", "number"]], "b": ["tuple", ["bool"]] }])
    );
    assert_eq!(Type::from_json(&ty.to_json()), Some(ty));
    assert_eq!(Type::from_json(&json!(["list", "text"])), None);
}

#[test]
fn state_json_keeps_numbers_and_types() {
    let value = Value::object([("n", 1.into()), ("f", 0.5.into())]);
    assert_eq!(value.to_json(), json!({ "f": 0.5, "n": 1 }));
    let dynamic = json!({ "type": ["list", "string"], "value": ["a"] });
    assert_eq!(Value::from_json(&dynamic, &Type::Dynamic).unwrap().to_json(), dynamic);
}
