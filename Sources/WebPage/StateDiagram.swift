import Drawings
import Narration
import Scenes
import Stories
import TCPState
import Tracking

/// RFC 9293's state diagram (Figure 5), made from the program's own ``TransitionTable``. The edges that one connection
/// took are numbered in order, with circles for the client and squares for the server. The page's script moves both
/// ends on it.
public struct StateDiagram {
    /// The states that each end passed through.
    let paths: [StatePath]

    /// - Parameter paths: the states that each end passed through.
    public init(paths: [StatePath]) { self.paths = paths }

    private static let width = 440
    private static let height = 582
    private static let nodeWidth = 108
    private static let nodeHeight = 28

    /// The place of each state. CLOSED has two places: one where a connection begins, and one where it ends (``end``).
    private static func place(_ state: State) -> Point {
        switch state {
        case .closed: Point(210, 22)
        case .listen: Point(210, 108)
        case .synReceived: Point(62, 194)
        case .synSent: Point(358, 194)
        case .established: Point(210, 280)
        case .finWait1: Point(62, 366)
        case .closeWait: Point(358, 366)
        case .finWait2: Point(62, 452)
        case .closing: Point(210, 452)
        case .lastAck: Point(358, 452)
        case .timeWait: Point(210, 544)
        }
    }

    private static let end = Point(358, 544)

    /// The diagram as a part of a page, in both languages.
    var svg: HTML {
        let tokens: HTML = """
            <circle id="token-client" class="token client" r="9" visibility="hidden"/><rect id="token-server" class="token server" x="-9" y="-9" width="18" height="18" visibility="hidden"/>
            """
        return """
            <svg class="machine" viewBox="0 0 \(Self.width) \(Self.height)" aria-hidden="true" focusable="false">
            \(figure(nil))\(tokens)</svg>

            """
    }

    /// The diagram as a picture of its own, for a slide or for a page that has no style for it. Its colours are plain
    /// values, so that every program that draws SVG shows the same.
    public func picture(_ language: Language) -> String {
        let style = PageFiles.text("machine.css") ?? ""
        let rules =
            Palette.literal(style, .light)
            + "@media (prefers-color-scheme:dark){\(Palette.literal(style, .dark))}\n@media print{\(Palette.literal(style, .light))}"
        let picture: HTML = """
            <svg xmlns="http://www.w3.org/2000/svg" class="machine" viewBox="0 0 \(Self.width) \(Self.height)" width="\(Self.width)" height="\(Self.height)" role="img" aria-labelledby="title desc" lang="\(language == .chinese ? "zh-CN" : "en")">
            <title id="title">\(PageWords.stateDiagram(language))</title><desc id="desc">\(ways.map { $0(language) }.joined(separator: " "))</desc>
            <style>\(HTML(trusted: rules))</style>
            <rect class="paper" width="100%" height="100%"/>
            \(figure(language))</svg>

            """
        return picture.source
    }

    /// The states that both ends passed through, in words, for readers who cannot see the diagram.
    private var ways: [Text] {
        paths.filter { !$0.entries.isEmpty }.map { PageWords.way(of: $0.party.text, $0.entries.map(\.state.name)) }
    }

    /// - Parameter language: the language of the texts on the edges; `nil` for both.
    private func figure(_ language: Language?) -> HTML {
        let travelled = self.travelled
        let edges = Self.edges(also: travelled.keys)
        let known = Set(edges.map(\.pair))
        // The changes of state that are in no rule of the table, in the order of the states.
        let strange = travelled.keys.filter { !known.contains($0) && $0.from != $0.to }.sorted()
        var lines: [HTML] = []
        var labels: [HTML] = []
        for edge in edges {
            let shape = Self.shape(edge.pair)
            let walks = travelled[edge.pair] ?? []
            lines.append(line(edge.pair, shape, isGone: !walks.isEmpty))
            labels.append(label(edge, shape, language))
            labels += badges(walks, shape)
        }
        for pair in strange {
            let shape = Self.shape(pair)
            lines.append(line(pair, shape, isGone: true, isDashed: true))
            labels += badges(travelled[pair] ?? [], shape)
        }
        let nodes =
            State.allCases.map { node($0, Self.place($0), id: "state-\($0.name)") }
            + [node(.closed, Self.end, id: "state-\(Self.node(.closed, from: .timeWait))")]
        return
            "<defs>\(Self.head("head"))\(Self.head("head-went"))</defs>\n\(lines.joined())\(nodes.joined())\(labels.joined())"
    }

    private static func head(_ name: String) -> HTML {
        "<marker id=\"\(name)\" class=\"\(name)\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"10\" markerHeight=\"10\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>"
    }

    // MARK: Names

    /// The id of a state's node in the page's data. Of the two nodes of CLOSED, the first is for a connection that has
    /// not begun, or is given up before it has begun.
    static func node(_ state: State, from previous: State?) -> String {
        switch (state, previous) {
        case (.closed, .listen), (.closed, .synSent), (.closed, nil): state.name
        case (.closed, _): "\(state.name)-end"
        default: state.name
        }
    }

    /// The name of an edge in the page's data.
    static func edge(from: State, to: State) -> String { "\(from.name)>\(to.name)" }

    // MARK: States

    private func node(_ state: State, _ place: Point, id: String) -> HTML {
        let (x, y) = (place.x - Self.nodeWidth / 2, place.y - Self.nodeHeight / 2)
        let wasThere = paths.contains { $0.entries.contains { $0.state == state } }
        return """
            <g id="\(id)" class="state \(StateFamily(state).className)\(wasThere ? " was" : "")" data-state="\(state.name)" data-x="\(place.x)" data-y="\(place.y)"><rect x="\(x)" y="\(y)" width="\(Self.nodeWidth)" height="\(Self.nodeHeight)" rx="6"/><text x="\(place.x)" y="\(place.y + 4)">\(state.name)</text></g>

            """
    }

    // MARK: Edges

    private struct Pair: Hashable, Comparable {
        var from: State
        var to: State

        static func < (one: Pair, other: Pair) -> Bool {
            (one.from.rawValue, one.to.rawValue) < (other.from.rawValue, other.to.rawValue)
        }
    }

    private struct Edge {
        var pair: Pair
        /// The transitions between these two states, with what they send.
        var transitions: [Transition]
    }

    /// A step of one end along an edge, with its number among that end's steps.
    private struct Walk {
        var party: Party
        var number: Int
    }

    /// The events that the figure leaves out, as the RFC's figure does: they lead to CLOSED from almost every state.
    private static let everywhere: Set<Event> = [.resetArrives, .timeOut, .abort]

    /// The edges of the figure, and others that an end has taken.
    private static func edges(also gone: some Sequence<Pair>) -> [Edge] {
        var edges: [Edge] = []
        let gone = Set(gone)
        for transition in TransitionTable.all {
            let pair = Pair(from: transition.from, to: transition.to)
            guard !everywhere.contains(transition.event) || gone.contains(pair) else { continue }
            if let place = edges.firstIndex(where: { $0.pair == pair }) {
                edges[place].transitions.append(transition)
            } else {
                edges.append(Edge(pair: pair, transitions: [transition]))
            }
        }
        return edges
    }

    /// The edges that the ends have taken, each end's steps numbered from 1.
    private var travelled: [Pair: [Walk]] {
        var walks: [Pair: [Walk]] = [:]
        for path in paths {
            for (number, (one, next)) in zip(path.entries, path.entries.dropFirst()).enumerated() {
                walks[Pair(from: one.state, to: next.state), default: []].append(
                    Walk(party: path.party, number: number + 1))
            }
        }
        return walks
    }

    private func line(_ pair: Pair, _ shape: Shape, isGone: Bool, isDashed: Bool = false) -> HTML {
        let dashes: HTML = isDashed ? " stroke-dasharray=\"6 4\"" : ""
        return
            "<path class=\"\(isGone ? "edge went" : "edge")\" data-edge=\"\(HTML(trusted: Self.edge(from: pair.from, to: pair.to)))\" d=\"\(shape.path)\"\(dashes) marker-end=\"url(#\(isGone ? "head-went" : "head"))\"/>\n"
    }

    private func badges(_ walks: [Walk], _ shape: Shape) -> [HTML] {
        walks.enumerated().map { badge($0.element, at: shape.point($0.offset, of: walks.count)) }
    }

    private func label(_ edge: Edge, _ shape: Shape, _ language: Language?) -> HTML {
        guard let place = shape.label else { return "" }
        // The first transition stands for all between these states, which differ in what arrives together.
        guard let first = edge.transitions.first else { return "" }
        let sent = first.response.shortText
        let lines: [Text] = [first.event.shortText] + (sent.map { [$0] } ?? [])
        let spans = lines.enumerated().map { index, text in
            "<tspan x=\"\(place.x)\" dy=\"\(index == 0 ? "0" : "1.1em")\">\(Self.tspans(text, language))</tspan>"
                as HTML
        }
        return "<text class=\"on-edge \(shape.anchor)\" x=\"\(place.x)\" y=\"\(place.y)\">\(spans.joined())</text>\n"
    }

    private static func tspans(_ text: Text, _ language: Language?) -> HTML {
        if let language { return "\(text(language))" }
        return text.english == text.chinese
            ? "\(text.english)" : "<tspan lang=\"zh\">\(text.chinese)</tspan><tspan lang=\"en\">\(text.english)</tspan>"
    }

    private func badge(_ walk: Walk, at place: Point) -> HTML {
        let shape: HTML =
            walk.party == .client
            ? "<circle cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"8\"/>"
            : "<rect x=\"\(place.x - 8)\" y=\"\(place.y - 8)\" width=\"16\" height=\"16\"/>"
        return
            "<g class=\"badge \(walk.party.rawValue)\">\(shape)<text x=\"\(place.x)\" y=\"\(place.y + 4)\">\(walk.number)</text></g>\n"
    }

    // MARK: Shapes

    private struct Point: Equatable {
        var x: Int
        var y: Int
        init(_ x: Int, _ y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// The shape of an edge: a straight line, one that is bent at a point, or one along a corridor between the columns
    /// of states.
    private struct Shape {
        var from: Point
        var to: Point
        var bend: Point?
        /// The corridor's distance from the left; `nil` if the edge uses none.
        var corridor: Int?
        /// The place of its text; `nil` if it has none.
        var label: Point?
        var anchor = "start"

        var path: String {
            if let corridor { return "M\(from.x) \(from.y)H\(corridor)V\(to.y)H\(to.x)" }
            let middle = bend.map { "Q\($0.x) \($0.y) " } ?? "L"
            return "M\(from.x) \(from.y)\(middle)\(to.x) \(to.y)"
        }

        /// A point on the edge for one of several badges.
        func point(_ index: Int, of count: Int) -> Point {
            // In hundredths of the edge's length; the middle of the badges is in the middle of the edge.
            return point(at: 50 + (2 * index - count + 1) * 14)
        }

        /// The point at `t` hundredths of the edge's length.
        func point(at t: Int) -> Point {
            if let corridor { return point(at: t, along: corridor) }
            let middle = bend ?? Point((from.x + to.x) / 2, (from.y + to.y) / 2)
            func mix(_ a: Int, _ b: Int, _ c: Int) -> Int {
                ((100 - t) * (100 - t) * a + 2 * t * (100 - t) * b + t * t * c) / 10_000
            }
            return Point(mix(from.x, middle.x, to.x), mix(from.y, middle.y, to.y))
        }

        private func point(at t: Int, along corridor: Int) -> Point {
            let corners = [from, Point(corridor, from.y), Point(corridor, to.y), to]
            let lengths = zip(corners, corners.dropFirst()).map { abs($0.x - $1.x) + abs($0.y - $1.y) }
            var rest = lengths.reduce(0, +) * t / 100
            for (index, length) in lengths.enumerated() where length > 0 {
                let (start, end) = (corners[index], corners[index + 1])
                if rest <= length {
                    return Point(
                        start.x + (end.x - start.x) * rest / length, start.y + (end.y - start.y) * rest / length)
                }
                rest -= length
            }
            return to
        }
    }

    /// The shape of an edge: for the figure's edges as listed here, for others so that they cross no state.
    private static func shape(_ pair: Pair) -> Shape {
        func line(
            _ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, bend: Point? = nil, label: Point? = nil,
            _ anchor: String = "start"
        ) -> Shape {
            Shape(from: Point(x1, y1), to: Point(x2, y2), bend: bend, label: label, anchor: anchor)
        }
        switch (pair.from, pair.to) {
        case (.closed, .listen): return line(192, 36, 192, 94, label: Point(186, 68), "end")
        case (.listen, .closed): return line(228, 94, 228, 36, label: Point(234, 76))
        case (.closed, .synSent): return line(264, 26, 366, 180, bend: Point(366, 40), label: Point(332, 26))
        case (.synSent, .closed): return line(340, 180, 258, 36, bend: Point(334, 70), label: Point(310, 94), "end")
        case (.listen, .synReceived): return line(156, 118, 74, 180, label: Point(104, 132), "end")
        case (.listen, .synSent): return line(264, 118, 322, 180, label: Point(284, 160), "end")
        case (.synSent, .synReceived): return line(304, 194, 116, 194, label: Point(210, 188), "middle")
        case (.synReceived, .established): return line(88, 208, 172, 266, label: Point(112, 256), "end")
        case (.synSent, .established): return line(332, 208, 248, 266, label: Point(326, 238))
        case (.synReceived, .finWait1): return line(30, 208, 30, 352, label: Point(36, 284))
        case (.synReceived, .closeWait):
            return line(116, 202, 350, 352, bend: Point(330, 214), label: Point(354, 318))
        case (.established, .finWait1): return line(172, 294, 90, 352, label: Point(142, 340))
        case (.established, .closeWait): return line(248, 294, 330, 352, label: Point(276, 340), "end")
        case (.finWait1, .finWait2): return line(44, 380, 44, 438, label: Point(60, 406))
        case (.finWait1, .closing): return line(104, 380, 176, 438, label: Point(160, 400))
        case (.finWait1, .timeWait): return line(80, 380, 190, 530, label: Point(174, 496))
        case (.finWait2, .timeWait): return line(74, 466, 170, 530, label: Point(104, 512), "end")
        case (.closing, .timeWait): return line(244, 466, 244, 530, label: Point(252, 518))
        case (.closeWait, .lastAck): return line(358, 380, 358, 438, label: Point(342, 406), "end")
        case (.lastAck, .closed): return line(358, 466, 358, 530, label: Point(342, 488), "end")
        case (.timeWait, .closed): return line(264, 544, 304, 544, label: Point(284, 571), "middle")
        default: return way(from: place(pair.from), to: pair.to == .closed ? end : place(pair.to))
        }
    }

    /// A shape between two states that is bent as little as possible, but crosses no other state. If no bend is enough,
    /// it uses a corridor.
    private static func way(from start: Point, to end: Point) -> Shape {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let middle = Point((start.x + end.x) / 2, (start.y + end.y) / 2)
        // The bend is at a right angle to the straight line, by this many hundredths of its length, on one side and
        // then on the other.
        for step in 0...30 {
            let share = (step + 1) / 2 * (step % 2 == 0 ? -8 : 8)
            let bend = Point(middle.x - dy * share / 100, middle.y + dx * share / 100)
            let shape = Shape(from: border(of: start, towards: bend), to: border(of: end, towards: bend), bend: bend)
            if isClear(shape, of: start, end, margin: 4) { return shape }
        }
        let corridor = max(start.x, end.x) > place(.closed).x ? 284 : min(start.x, end.x) < place(.closed).x ? 136 : 284
        func side(_ node: Point) -> Point { Point(node.x + (node.x < corridor ? nodeWidth : -nodeWidth) / 2, node.y) }
        return Shape(from: side(start), to: side(end), corridor: corridor)
    }

    /// Whether an edge stays in the picture and crosses no state except those where it begins and ends.
    private static func isClear(_ shape: Shape, of start: Point, _ end: Point, margin: Int) -> Bool {
        let nodes = (State.allCases.map(place) + [Self.end]).filter { $0 != start && $0 != end }
        return (0...50).map { shape.point(at: 2 * $0) }.allSatisfy { place in
            (4...width - 4).contains(place.x) && (4...height - 4).contains(place.y)
                && nodes.allSatisfy {
                    abs($0.x - place.x) >= nodeWidth / 2 + margin || abs($0.y - place.y) >= nodeHeight / 2 + margin
                }
        }
    }

    /// The point at which the straight line from the middle of a state's frame to `place` crosses the frame.
    private static func border(of node: Point, towards place: Point) -> Point {
        let (dx, dy) = (place.x - node.x, place.y - node.y)
        let (width, height) = (nodeWidth / 2, nodeHeight / 2)
        if abs(dx) * height > abs(dy) * width {
            return Point(node.x + (dx > 0 ? width : -width), node.y + dy * width / abs(dx))
        }
        return dy == 0 ? node : Point(node.x + dx * height / abs(dy), node.y + (dy > 0 ? height : -height))
    }

    /// The edges, of all that are possible, that cross a third state. Tests require that there are none.
    static var blockedWays: [String] {
        State.allCases.flatMap { from in
            State.allCases.filter { to in
                let ends = (place(from), to == .closed && from != .listen && from != .synSent ? end : place(to))
                return to != from && !isClear(shape(Pair(from: from, to: to)), of: ends.0, ends.1, margin: 0)
            }.map { "\(from.name)>\($0.name)" }
        }
    }
}

extension StateFamily {
    /// The class of the family in the page's style.
    var className: String {
        switch self {
        case .idle: "idle"
        case .opening: "opening"
        case .open: "open"
        case .weClosed: "we-closed"
        case .theyClosed: "they-closed"
        }
    }
}
