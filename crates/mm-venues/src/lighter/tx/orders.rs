//! The orders of a group on the wire: a list of objects, each the body of a create order.

use std::fmt;

use arrayvec::ArrayVec;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};

use super::{
    GROUP_MAX, Order,
    fields::{Elements, Fields as _, ReadFields as _, ReadValue, Rest, Value},
    hash,
};

/// The orders of a group are hashed one by one, each hash joined to that of all before it.
impl Value for ArrayVec<Order, GROUP_MAX> {
    fn write(&self, out: &mut String) {
        out.push('[');
        for (n, order) in self.iter().enumerate() {
            out.push_str(if n == 0 { "{" } else { ",{" });
            order.write(out);
            out.pop();
            out.push('}');
        }
        out.push(']');
    }

    fn absorb(&self, into: &mut Elements) {
        into.extend(hash::group(self));
    }
}

impl ReadValue for ArrayVec<Order, GROUP_MAX> {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value::<Group>().map(|group| group.0)
    }
}

/// At most [`GROUP_MAX`] orders: a longer list is refused before it is kept.
struct Group(ArrayVec<Order, GROUP_MAX>);

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Group;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {GROUP_MAX} orders")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Group, A::Error> {
                let mut orders = ArrayVec::new();
                while let Some(order) = list.next_element::<Order>()? {
                    orders.try_push(order).map_err(|_| A::Error::invalid_length(GROUP_MAX + 1, &self))?;
                }
                Ok(Group(orders))
            }
        }
        from.deserialize_seq(List)
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Order;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an order")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Order, A::Error> {
                Order::read(&mut map, &mut Nothing(None))
            }
        }
        from.deserialize_map(Object)
    }
}

/// An order of a group has its own fields and no others; the error names the group.
struct Nothing(Option<&'static str>);

impl Rest for Nothing {
    fn at(&mut self) -> &mut Option<&'static str> {
        &mut self.0
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, _map: &mut A) -> Result<(), A::Error> {
        Err(A::Error::custom(format_args!("field {key} is not known")))
    }
}
