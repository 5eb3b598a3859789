//! The swim-lane diagram of a procedure as inline SVG: a lane an actor, steps from top to bottom,
//! arrows where something is handed over the border. Colours come from the style sheet; the step
//! lists on the page say the same in words.

use std::fmt::Write as _;

use crate::html::escape;

/// Width of a lane, with the space between boxes.
const LANE: usize = 136;
/// Width and height of a box.
const BOX: (usize, usize) = (124, 54);
/// Height of a row of steps.
const ROW: usize = 76;
/// Height of the heads of lanes.
const HEAD: usize = 78;
/// Width of the strip that is the border.
const BORDER: usize = 40;
/// Characters a line in a box, and how many lines.
const LINE: usize = 18;

/// An actor's lane.
pub(super) struct Lane {
    /// 0 or 1.
    pub side: usize,
    /// Name of the country.
    pub country: String,
    /// Id of the actor.
    pub id: String,
    /// Name of the actor.
    pub name: String,
}

struct Placed {
    side: usize,
    x: usize,
    y: usize,
    text: String,
}

/// A diagram being put together: first all lanes, then steps and hand-overs in order, then arrows.
pub(super) struct Diagram {
    title: String,
    lanes: Vec<Lane>,
    steps: Vec<Placed>,
    /// Next free row of each side.
    rows: [usize; 2],
    hand_overs: Vec<(String, usize)>,
    arrows: Vec<(usize, usize)>,
}

impl Diagram {
    pub(super) fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            lanes: Vec::new(),
            steps: Vec::new(),
            rows: [0, 0],
            hand_overs: Vec::new(),
            arrows: Vec::new(),
        }
    }

    pub(super) fn lane(&mut self, lane: Lane) {
        self.lanes.push(lane);
    }

    /// Left edge of a lane: the first side, the border, the second side.
    fn lane_x(&self, at: usize) -> usize {
        at * LANE + if self.lanes[at].side == 1 { BORDER } else { 0 }
    }

    pub(super) fn step(&mut self, side: usize, actor: &str, text: &str) {
        let Some(lane) = self.lanes.iter().position(|l| l.side == side && l.id == actor) else {
            return;
        };
        let x = self.lane_x(lane) + (LANE - BOX.0) / 2;
        let y = HEAD + self.rows[side] * ROW + (ROW - BOX.1) / 2;
        self.rows[side] += 1;
        self.steps.push(Placed { side, x, y, text: text.to_owned() });
    }

    /// Ends a stretch: both sides go on in the same row.
    pub(super) fn hand_over(&mut self, hand_over: Option<(&str, usize)>) {
        let row = self.rows[0].max(self.rows[1]);
        self.rows = [row, row];
        if let Some((title, giver)) = hand_over {
            self.hand_overs.push((title.to_owned(), giver));
        }
    }

    /// Joins two steps, each given by its side and its number there.
    pub(super) fn arrow(&mut self, from: (usize, usize), to: (usize, usize)) {
        let place = |(side, number): (usize, usize)| {
            self.steps
                .iter()
                .enumerate()
                .filter(|(_, s)| s.side == side)
                .nth(number)
                .map(|(at, _)| at)
        };
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            self.arrows.push((from, to));
        }
    }

    /// The finished picture; nothing for a procedure without steps.
    pub(super) fn svg(&self) -> String {
        if self.steps.is_empty() {
            return String::new();
        }
        let width = self.lanes.len() * LANE + BORDER;
        let height = HEAD + self.rows[0].max(self.rows[1]) * ROW + 8;
        let left = self.lanes.iter().filter(|l| l.side == 0).count();
        let border = left * LANE;
        let mut out = format!(
            "<svg class=\"swim\" role=\"img\" aria-labelledby=\"_swim-title _swim-desc\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
             <title id=\"_swim-title\">{}</title>\n<desc id=\"_swim-desc\">{}</desc>\n",
            escape(&self.title),
            escape(&self.description()),
        );
        let _ = writeln!(
            out,
            "<rect class=\"b\" x=\"{border}\" y=\"0\" width=\"{BORDER}\" height=\"{height}\"></rect>"
        );
        for (at, lane) in self.lanes.iter().enumerate() {
            let x = self.lane_x(at);
            let _ = writeln!(
                out,
                "<rect class=\"l\" x=\"{x}\" y=\"0\" width=\"{LANE}\" height=\"{height}\"></rect>"
            );
            let middle = x + LANE / 2;
            let _ = writeln!(
                out,
                "<text class=\"c\" x=\"{middle}\" y=\"18\">{}</text>",
                escape(&lane.country)
            );
            self.lines(&mut out, " class=\"a\"", middle, 36, &lane.name);
        }
        self.sequence(&mut out);
        for (from, to) in &self.arrows {
            self.crossing(&mut out, &self.steps[*from], &self.steps[*to], border);
        }
        for step in &self.steps {
            let Placed { x, y, .. } = step;
            let (w, h) = BOX;
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\"></rect>"
            );
            let count = wrap(&step.text).len();
            let first = y + h / 2 + 4 - (count.saturating_sub(1)) * 7;
            self.lines(&mut out, "", x + w / 2, first, &step.text);
        }
        out.push_str("</svg>");
        out
    }

    fn lines(&self, out: &mut String, class: &str, x: usize, y: usize, text: &str) {
        for (at, line) in wrap(text).iter().enumerate() {
            let y = y + at * 14;
            let _ = writeln!(out, "<text{class} x=\"{x}\" y=\"{y}\">{}</text>", escape(line));
        }
    }

    /// Lines from each step to the next one of its side.
    fn sequence(&self, out: &mut String) {
        for side in 0..2 {
            let own: Vec<&Placed> = self.steps.iter().filter(|s| s.side == side).collect();
            for pair in own.windows(2) {
                let (x1, y1) = (pair[0].x + BOX.0 / 2, pair[0].y + BOX.1);
                let (x2, y2) = (pair[1].x + BOX.0 / 2, pair[1].y);
                let bend = y2 - (ROW - BOX.1) / 2;
                let tip = format!("M{} {} L{x2} {y2} L{} {}", x2 - 4, y2 - 6, x2 + 4, y2 - 6);
                let _ = writeln!(
                    out,
                    "<path class=\"s\" d=\"M{x1} {y1} V{bend} H{x2} V{y2} {tip}\"></path>"
                );
            }
        }
    }

    /// An arrow over the border.
    fn crossing(&self, out: &mut String, from: &Placed, to: &Placed, border: usize) {
        let rightward = from.side == 0;
        let start = (if rightward { from.x + BOX.0 } else { from.x }, from.y + BOX.1 / 2);
        let end = (if rightward { to.x } else { to.x + BOX.0 }, to.y + BOX.1 / 2);
        let bend = border + BORDER / 2;
        let back = if rightward { end.0 - 8 } else { end.0 + 8 };
        let _ = writeln!(
            out,
            "<path class=\"o\" d=\"M{} {} H{bend} V{} H{} M{back} {} L{} {} L{back} {}\"></path>",
            start.0,
            start.1,
            end.1,
            end.0,
            end.1 - 5,
            end.0,
            end.1,
            end.1 + 5,
        );
    }

    fn description(&self) -> String {
        let mut text = String::from("Steps of both sides. ");
        for (title, giver) in &self.hand_overs {
            let name = |side: usize| {
                self.lanes.iter().find(|l| l.side == side).map_or("the other side", |l| &l.country)
            };
            let _ = write!(text, "{title}: from {} to {}. ", name(*giver), name(1 - giver));
        }
        text.push_str("The same steps stand below as lists.");
        text
    }
}

/// Breaks a text into lines at its spaces.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= LINE {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_join_the_right_boxes() {
        let mut diagram = Diagram::new("Test");
        let lane =
            |side, id: &str| Lane { side, country: "C".into(), id: id.into(), name: id.into() };
        diagram.lane(lane(0, "a"));
        diagram.lane(lane(1, "b"));
        diagram.step(0, "a", "1. One");
        diagram.hand_over(Some(("Papers", 0)));
        diagram.step(1, "b", "1. Two");
        diagram.hand_over(None);
        diagram.arrow((0, 0), (1, 0));
        let svg = diagram.svg();
        let (start, end) = ((LANE - BOX.0) / 2 + BOX.0, LANE + BORDER + (LANE - BOX.0) / 2);
        let (y1, y2) = (HEAD + ROW / 2, HEAD + ROW + ROW / 2);
        assert!(
            svg.contains(&format!("M{start} {y1} H{} V{y2} H{end}", LANE + BORDER / 2)),
            "{svg}"
        );
        assert!(svg.contains("Papers: from C to C."));
    }

    #[test]
    fn long_titles_are_broken_at_spaces() {
        assert_eq!(wrap("1. Apply for the export permit"), ["1. Apply for the", "export permit"]);
    }
}
