import CZlib
import Drawings
import Foundation
import Narration
import Scenes
import Stories
import TCPState
import Testing
import Tracking
import Transcripts

/// Pixels of a PNG with 8 bits a channel, as rsvg-convert writes it, in grey.
private struct GreyImage {
    let width: Int
    let height: Int
    private let pixels: [UInt8]

    init?(png: [UInt8]) {
        func number(_ place: Int) -> Int { png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard png.count > 33 else { return nil }
        let (width, height) = (number(16), number(20))
        let channels = png[25] == 6 ? 4 : 3
        var packed: [UInt8] = []
        var place = 8
        while place + 12 <= png.count {
            let length = number(place)
            if Array(png[place + 4..<place + 8]) == Array("IDAT".utf8) { packed += png[place + 8..<place + 8 + length] }
            place += length + 12
        }
        let row = width * channels
        var raw = [UInt8](repeating: 0, count: (row + 1) * height)
        var size = uLong(raw.count)
        guard png[24] == 8, uncompress(&raw, &size, packed, uLong(packed.count)) == Z_OK else { return nil }
        var lines = [UInt8](repeating: 0, count: row * height)
        for y in 0..<height {
            let filter = raw[y * (row + 1)]
            for x in 0..<row {
                let left = x >= channels ? Int(lines[y * row + x - channels]) : 0
                let up = y > 0 ? Int(lines[(y - 1) * row + x]) : 0
                let corner = x >= channels && y > 0 ? Int(lines[(y - 1) * row + x - channels]) : 0
                let guess: Int
                switch filter {
                case 1: guess = left
                case 2: guess = up
                case 3: guess = (left + up) / 2
                case 4:
                    let sum = left + up - corner
                    let (a, b, c) = (abs(sum - left), abs(sum - up), abs(sum - corner))
                    guess = a <= b && a <= c ? left : b <= c ? up : corner
                default: guess = 0
                }
                lines[y * row + x] = raw[y * (row + 1) + 1 + x] &+ UInt8(truncatingIfNeeded: guess)
            }
        }
        pixels = (0..<width * height).map { (index: Int) -> UInt8 in
            let place = index * channels
            let red = 299 * Int(lines[place])
            let green = 587 * Int(lines[place + 1])
            let blue = 114 * Int(lines[place + 2])
            return UInt8((red + green + blue) / 1000)
        }
        self.width = width
        self.height = height
    }

    func grey(_ x: Int, _ y: Int) -> Int { Int(pixels[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)]) }
}

@Suite(
    "a print without colours",
    .enabled(
        if: SharedCaptures.requiresAll
            || (try? SharedCaptures.output(of: "rsvg-convert", "--version").isEmpty) == false,
        "rsvg-convert is not there"))
struct GreyscaleTests {
    /// All states one after the other on each band.
    private static func scene() -> Scene {
        let rows = State.allCases.flatMap { state in
            (0..<2).map { half in
                Scene.Row.moment(
                    Scene.Moment(
                        time: Int64(state.rawValue) * 2 + Int64(half),
                        end: Scene.End(
                            lane: 0, mark: Scene.Mark(state: state, provenance: .kernel, changed: half == 0)),
                        peer: 1, what: Text(verbatim: "a call that takes three lines of the margin beside the band")))
            }
        }
        let lanes = [Scene.Lane(role: .client, name: "a:1"), Scene.Lane(role: .server, name: "b:2")]
        return Scene(title: Text(verbatim: "states"), provenance: [.kernel], lanes: lanes, rows: rows)
    }

    @Test("the eleven states differ from each other in grey, wherever their patterns begin")
    func statesDiffer() throws {
        let text = LadderDrawing(Self.scene()).document
        let folder = FileManager.default.temporaryDirectory.appending(path: "tcplens-grey-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (svg, png) = (folder.appending(path: "a.svg"), folder.appending(path: "a.png"))
        try Data(text.utf8).write(to: svg)
        let zoom = 2
        _ = try SharedCaptures.output(of: "rsvg-convert", "-z", "\(zoom)", svg.path, "-o", png.path)
        let image = try #require(GreyImage(png: Array(try Data(contentsOf: png))))
        let reading = try #require(SVGReading(text))
        // Below the letter, inside of the frame: one tile of the pattern and its neighbour's half.
        let patches = State.allCases.compactMap { state -> (State, Int, Int)? in
            let areas = reading.areas.filter { $0.attributes["data-state"] == state.name }
            guard let area = areas.max(by: { $0.to.y - $0.from.y < $1.to.y - $1.from.y }), area.to.y - area.from.y > 46
            else { return nil }
            return (state, Int(area.from.x * Double(zoom)) + 4, Int(area.from.y * Double(zoom)) + 44)
        }
        #expect(patches.count == 11)
        var alike: [String] = []
        for (index, one) in patches.enumerated() {
            for other in patches[(index + 1)...] {
                // The least difference, whichever part of the one pattern is laid upon the other.
                var least = Int.max
                for shift in 0..<64 {
                    let (dx, dy) = (shift % 8 * zoom, shift / 8 * zoom)
                    var sum = 0
                    for y in 0..<8 * zoom {
                        for x in 0..<8 * zoom {
                            let there = image.grey(other.1 + (x + dx) % (8 * zoom), other.2 + (y + dy) % (8 * zoom))
                            sum += abs(image.grey(one.1 + x, one.2 + y) - there)
                        }
                    }
                    least = min(least, sum / (64 * zoom * zoom))
                }
                if least < 20 { alike.append("\(one.0.name) and \(other.0.name): \(least)") }
            }
        }
        #expect(alike.isEmpty)
    }
}
