//! Values of serde's for JavaScript, such that each comes back as it was, or is refused.
//!
//! As `serde_wasm_bindgen::Serializer`, but for what that would change or not take: large integers are `BigInt`s, maps whose
//! keys are no texts are `Map`s, a key `__proto__` is a property, and a `Some` of nothing is an error.

use js_sys::{Array, Map, Number, Object, Reflect};
use serde::ser::{self, Error as _, Serialize};
use serde_wasm_bindgen::{Error, Serializer};
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// The name of the type that wraps values of JavaScript's: `Js`.
pub const PRESERVED: &str = "sabir::Js";

/// The serializer of all but the cases above.
const PLAIN: &Serializer = &Serializer::new();

/// Encodes one value.
#[derive(Clone, Copy, Default)]
pub struct Encoder<'a> {
    is_tuple: Option<&'a Cell<bool>>,
}

/// Encodes the arguments of a call; none if they are no tuple. A list is one argument, and would be many without a word.
pub fn arguments<A: Serialize>(value: &A) -> Result<Option<Array>> {
    let is_tuple = Cell::new(false);
    let encoded = value.serialize(Encoder { is_tuple: Some(&is_tuple) })?;
    if !is_tuple.get() {
        return Ok(None);
    }
    Ok(Some(if encoded.is_undefined() { Array::new() } else { encoded.unchecked_into() }))
}

impl Encoder<'_> {
    fn note_tuple(self) {
        if let Some(is_tuple) = self.is_tuple {
            is_tuple.set(true);
        }
    }
}

type Result<T = JsValue> = std::result::Result<T, Error>;

/// Sets a property of a plain object, also one that an assignment would take for the prototype.
fn set(object: &Object, key: &JsValue, value: &JsValue) -> Result<()> {
    if key.as_string().as_deref() != Some("__proto__") {
        Reflect::set(object, key, value)?;
        return Ok(());
    }
    let descriptor = Object::new();
    for flag in ["configurable", "enumerable", "writable"] {
        Reflect::set(&descriptor, &flag.into(), &JsValue::TRUE)?;
    }
    Reflect::set(&descriptor, &"value".into(), value)?;
    Reflect::define_property(object, key, &descriptor)?;
    Ok(())
}

/// `value` as serde tags the variants of enums.
fn tagged(variant: &'static str, value: &JsValue) -> Result {
    let object = Object::new();
    set(&object, &variant.into(), value)?;
    Ok(object.into())
}

/// A list that is written, and the variant of an enum that it belongs to.
pub struct List {
    variant: Option<&'static str>,
    values: Array,
}

impl List {
    fn new(variant: Option<&'static str>) -> List {
        List { variant, values: Array::new() }
    }

    fn add<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<()> {
        self.values.push(&value.serialize(Encoder::default())?);
        Ok(())
    }

    fn finish(self) -> Result {
        match self.variant {
            Some(variant) => tagged(variant, &self.values),
            None => Ok(self.values.into()),
        }
    }
}

macro_rules! lists {
    ($($kind:ident $add:ident;)*) => {$(
        impl ser::$kind for List {
            type Ok = JsValue;
            type Error = Error;

            fn $add<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<()> {
                self.add(value)
            }

            fn end(self) -> Result {
                self.finish()
            }
        }
    )*};
}

lists! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// A struct that is written, and the variant of an enum that it belongs to.
pub struct Fields {
    variant: Option<&'static str>,
    object: Object,
}

impl Fields {
    fn new(variant: Option<&'static str>) -> Fields {
        Fields { variant, object: Object::new() }
    }

    fn add<T: ?Sized + Serialize>(&self, key: &'static str, value: &T) -> Result<()> {
        set(&self.object, &JsValue::from(key), &value.serialize(Encoder::default())?)
    }

    fn finish(self) -> Result {
        match self.variant {
            Some(variant) => tagged(variant, &self.object),
            None => Ok(self.object.into()),
        }
    }
}

macro_rules! fields {
    ($($kind:ident)*) => {$(
        impl ser::$kind for Fields {
            type Ok = JsValue;
            type Error = Error;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<()> {
                self.add(key, value)
            }

            fn end(self) -> Result {
                self.finish()
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

/// A map that is written: a plain object, as long as its keys are texts.
pub enum Entries {
    Object(Object, JsValue),
    Map(Map, JsValue),
}

impl ser::SerializeMap for Entries {
    type Ok = JsValue;
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<()> {
        let encoded = key.serialize(Encoder::default())?;
        match self {
            Entries::Object(object, _) if !encoded.is_string() => {
                let map = Map::new();
                for entry in Object::entries(object) {
                    let entry: Array = entry.unchecked_into();
                    map.set(&entry.get(0), &entry.get(1));
                }
                *self = Entries::Map(map, encoded);
            }
            Entries::Object(_, next) | Entries::Map(_, next) => *next = encoded,
        }
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<()> {
        let value = value.serialize(Encoder::default())?;
        match self {
            Entries::Object(object, key) => set(object, key, &value)?,
            Entries::Map(map, key) => {
                map.set(key, &value);
            }
        }
        Ok(())
    }

    fn end(self) -> Result {
        Ok(match self {
            Entries::Object(object, _) => object.into(),
            Entries::Map(map, _) => map.into(),
        })
    }
}

macro_rules! plain {
    ($($name:ident($type:ty);)*) => {
        $(fn $name(self, value: $type) -> Result {
            PLAIN.$name(value)
        })*
    };
}

#[expect(clippy::cast_precision_loss, reason = "the number is in the range that is safe")]
impl ser::Serializer for Encoder<'_> {
    type Ok = JsValue;
    type Error = Error;

    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Entries;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    plain! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_i128(i128);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
    }

    fn serialize_i64(self, value: i64) -> Result {
        let safe = value.unsigned_abs() <= Number::MAX_SAFE_INTEGER as u64;
        Ok(if safe { (value as f64).into() } else { value.into() })
    }

    fn serialize_u64(self, value: u64) -> Result {
        let safe = value <= Number::MAX_SAFE_INTEGER as u64;
        Ok(if safe { (value as f64).into() } else { value.into() })
    }

    fn serialize_none(self) -> Result {
        Ok(JsValue::UNDEFINED)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result {
        let encoded = value.serialize(Encoder::default())?;
        if encoded.is_undefined() || encoded.is_null() {
            return Err(Error::custom("`Some` of nothing would come back as `None`"));
        }
        Ok(encoded)
    }

    fn serialize_unit(self) -> Result {
        self.note_tuple();
        Ok(JsValue::UNDEFINED)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(JsValue::UNDEFINED)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, name: &'static str, value: &T) -> Result {
        // serde_wasm_bindgen alone knows how it hands a value of JavaScript's through.
        if name == PRESERVED { value.serialize(PLAIN) } else { value.serialize(Encoder::default()) }
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        tagged(variant, &value.serialize(Encoder::default())?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List> {
        Ok(List::new(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<List> {
        self.note_tuple();
        Ok(List::new(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List> {
        Ok(List::new(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List> {
        Ok(List::new(Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries> {
        Ok(Entries::Object(Object::new(), JsValue::UNDEFINED))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields> {
        Ok(Fields::new(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields> {
        Ok(Fields::new(Some(variant)))
    }
}
