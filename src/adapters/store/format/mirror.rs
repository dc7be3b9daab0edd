//! How a struct on disk and the one that the program works with become each other.

/// Two structs of the same fields, each of which becomes the other. A field that only one of them has doesn't compile,
/// so nobody changes the format by the way. After `each` stand lists of mirrored structs, after `with` single ones,
/// after `maybe` those that may be absent.
macro_rules! mirrors {
    ($($disk:ident is $program:ident {
        $($field:ident),*
        $(; each $($each:ident),+)? $(; with $($with:ident),+)? $(; maybe $($maybe:ident),+)?
    })+) => {$(
        impl From<program::$program> for $disk {
            fn from(program: program::$program) -> Self {
                let program::$program { $($field,)* $($($each,)+)? $($($with,)+)? $($($maybe,)+)? } = program;
                Self {
                    $($field,)*
                    $($($each: $each.into_iter().map(Into::into).collect(),)+)?
                    $($($with: $with.into(),)+)?
                    $($($maybe: $maybe.map(Into::into),)+)?
                }
            }
        }

        impl From<$disk> for program::$program {
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
