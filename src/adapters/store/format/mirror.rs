//! How a struct on disk and the one that the program works with become each other.

/// Two structs of the same fields, each of which becomes the other. A field that only one of them has doesn't compile,
/// so nobody changes the format by the way. After `each` stand lists of mirrored structs, after `with` single ones, after `maybe` those that may be absent.
macro_rules! mirrors {
    ($($disk:ident is $live:ident { $($field:ident),* $(; each $($each:ident),+)? $(; with $($with:ident),+)? $(; maybe $($maybe:ident),+)? })+) => {$(
        impl From<live::$live> for $disk {
            fn from(live: live::$live) -> Self {
                let live::$live { $($field,)* $($($each,)+)? $($($with,)+)? $($($maybe,)+)? } = live;
                Self {
                    $($field,)*
                    $($($each: $each.into_iter().map(Into::into).collect(),)+)?
                    $($($with: $with.into(),)+)?
                    $($($maybe: $maybe.map(Into::into),)+)?
                }
            }
        }

        impl From<$disk> for live::$live {
            fn from(disk: $disk) -> Self {
                let $disk { $($field,)* $($($each,)+)? $($($with,)+)? $($($maybe,)+)? } = disk;
                Self {
                    $($field,)*
                    $($($each: $each.into_iter().map(Into::into).collect(),)+)?
                    $($($with: $with.into(),)+)?
                    $($($maybe: $maybe.map(Into::into),)+)?
                }
            }
        }
    )+};
}

pub(super) use mirrors;
