//! How wide the columns of a table are.

/// What the cells of a column need, with their padding, in points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Need {
    /// Where only words keep whole.
    pub least: f32,
    /// Where every cell is one line.
    pub most: f32,
}

/// Widths that fill the table; none where even single words would not fit.
pub(super) fn widths(needs: &[Need], table: f32) -> Option<Vec<f32>> {
    let least: f32 = needs.iter().map(|need| need.least).sum();
    let most: f32 = needs.iter().map(|need| need.most).sum();
    if most <= table {
        let spare = (table - most) / needs.len().max(1) as f32;
        return Some(needs.iter().map(|need| need.most + spare).collect());
    }
    if least > table {
        return None;
    }
    Some(filled(needs, table))
}

/// Widths for a table whose words must be cut: as `widths`, each column at most its fair share of what is missing.
pub(super) fn forced(needs: &[Need], table: f32) -> Vec<f32> {
    if let Some(widths) = widths(needs, table) {
        return widths;
    }
    // Narrow columns keep their words; the widest give way, down to one common cap.
    let mut cap = table / needs.len().max(1) as f32;
    for _ in 0..needs.len() {
        let narrow: f32 = needs.iter().filter(|need| need.least <= cap).map(|need| need.least).sum();
        let wide = needs.iter().filter(|need| need.least > cap).count();
        if wide == 0 {
            break;
        }
        cap = (table - narrow) / wide as f32;
    }
    let capped: Vec<_> = needs.iter().map(|need| need.least.min(cap)).collect();
    let spare = (table - capped.iter().sum::<f32>()) / capped.len().max(1) as f32;
    capped.into_iter().map(|width| width + spare.max(0.0)).collect()
}

/// Each column its words, and of what is left as much as it can use: all columns rise together until they are content.
fn filled(needs: &[Need], table: f32) -> Vec<f32> {
    let mut widths: Vec<_> = needs.iter().map(|need| need.least).collect();
    let mut left = table - widths.iter().sum::<f32>();
    let mut hungry: Vec<_> = (0..needs.len()).filter(|at| needs[*at].most > widths[*at]).collect();
    while left > 0.01 && !hungry.is_empty() {
        let share = left / hungry.len() as f32;
        for at in &hungry {
            let step = share.min(needs[*at].most - widths[*at]);
            widths[*at] += step;
            left -= step;
        }
        hungry.retain(|at| needs[*at].most - widths[*at] > 0.01);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(least: f32, most: f32) -> Need {
        Need { least, most }
    }

    #[test]
    fn a_narrow_table_spreads_evenly() {
        assert_eq!(widths(&[need(10.0, 20.0), need(10.0, 40.0)], 100.0), Some(vec![40.0, 60.0]));
    }

    #[test]
    fn a_long_column_gives_way_to_short_ones() {
        assert_eq!(widths(&[need(10.0, 20.0), need(30.0, 500.0)], 100.0), Some(vec![20.0, 80.0]));
    }

    #[test]
    fn too_many_words_are_cut_in_the_widest_column() {
        let needs = [need(20.0, 20.0), need(200.0, 200.0)];
        assert_eq!(widths(&needs, 100.0), None);
        assert_eq!(forced(&needs, 100.0), [20.0, 80.0]);
    }
}
