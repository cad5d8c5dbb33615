import Foundation
import Testing

/// `tcplens demo` on the wires that a machine may offer, from the best to none: what is refused is refused by the kernel itself.
@Suite("tcplens demo on a wire", .serialized, .enabled(if: Needs.namespaces, "needs root, unshare, ip and setpriv"))
struct WireDemoTests {
    /// A machine, or a container on it.
    struct Place: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// The device node that stands in /dev/net/tun's place, by mode; `nil`: one that is no TUN device.
        var tun: String? = "0666"
        /// What runs `$DEMO`, a script.
        var runner = "$AS_USER $DEMO"
        /// Where it is to be, and what is refused on the way there, in the words of the document.
        let expected: String
        let refused: [String]

        private static let capabilities = "-all,+net_admin,+net_raw,+net_bind_service"
        /// A container's root that may configure the network and make no namespaces.
        private static let container =
            "setpriv --bounding-set \(capabilities) --inh-caps -all,+net_admin,+net_raw $DEMO"
        private static let bareContainer =
            "setpriv --bounding-set -all,+net_admin --inh-caps -all,+net_admin $DEMO"
        /// An ordinary user's own namespaces, in which no more network namespaces are to be had.
        private static let noMore = """
            $AS_USER unshare -Urn sh -c "ip link set lo up && echo 0 > /proc/sys/user/max_net_namespaces && $DEMO"
            """
        /// Below a root directory that is not its mount namespace's nobody may make a user namespace (user_namespaces(7)).
        private static let sandbox = """
            mkdir "$SCRATCH/root" && mount --make-rprivate / && mount --rbind / "$SCRATCH/root" || exit 98
            mount --make-rslave "$SCRATCH/root" && chroot "$SCRATCH/root" $AS_USER $DEMO
            """

        static let all = [
            Place(testDescription: "root", runner: "$DEMO", expected: "tun-pair", refused: []),
            Place(testDescription: "an ordinary user", expected: "tun-pair", refused: []),
            Place(
                testDescription: "root, without a TUN device", tun: nil, runner: "$DEMO", expected: "veth-pair",
                refused: ["tun-pair: TUNSETIFF", "mirror: TUNSETIFF"]),
            Place(
                testDescription: "an ordinary user who may not open the TUN device", tun: "0600", expected: "veth-pair",
                refused: ["tun-pair: open", "mirror: open"]),
            Place(
                testDescription: "a container with --cap-add NET_ADMIN", runner: container, expected: "mirror",
                refused: ["tun-pair: unshare"]),
            Place(
                testDescription: "an ordinary user who may have no more namespaces", runner: noMore, expected: "mirror",
                refused: ["tun-pair: unshare"]),
            Place(
                testDescription: "a container that may not even capture", runner: bareContainer, expected: "mirror",
                refused: ["tun-pair: unshare"]),
        ]

        /// Where a mirror can be made, and the kernel throws away what comes in by it.
        static let filtered = Place(
            testDescription: "a container whose filter drops what comes in",
            runner: """
                ip rule add pref 100 lookup local && ip rule del pref 0 && ip rule add pref 10 iif tcplens0 blackhole || exit 96
                \(container)
                """, expected: "loopback",
            refused: ["tun-pair: unshare", "mirror: connect", "veth-pair: unshare"])

        /// Nothing of the kind is allowed.
        static let nowhere = Place(
            testDescription: "a sandbox", tun: "0600", runner: sandbox, expected: "loopback",
            refused: ["tun-pair: unshare", "mirror: open", "veth-pair: unshare"])
    }

    /// Runs `tcplens demo` there, in a network namespace of its own, and `after` in that namespace afterwards.
    private func run(
        _ options: String, at place: Place = Place.all[1], _ language: String = "en", after: String = "",
        seconds: Double = 60
    ) async throws -> Run {
        try await run(
            script: "exec \"$PUBLIC\" demo --lang \(language) \(options)", at: place, after: after, seconds: seconds)
    }

    private func run(script: String, at place: Place, after: String = "", seconds: Double = 60) async throws -> Run {
        let folder = try ScratchFolder()
        let path = try folder.write(Array("#!/bin/sh\n\(script)\n".utf8), to: "demo")
        let node = folder.path("tun")
        let make =
            place.tun.map { "mknod '\(node)' c 10 200 && chmod \($0) '\(node)'" }
            ?? "touch '\(node)' && mount --bind /dev/null '\(node)'"
        let stage = """
            \(make) && mount --bind '\(node)' /dev/net/tun || exit 99
            \(place.runner)
            """
        return try await Run(
            namespace: """
                chmod a+rwx "$SCRATCH" '\(folder.path)' && chmod a+rx '\(path)' || exit 97
                export PUBLIC AS_USER SCRATCH DEMO='\(path)'
                unshare -m sh '\(try folder.write(Array(stage.utf8), to: "stage"))'
                status=$?
                \(after)
                exit $status
                """, environment: ["LANG": "C.UTF-8"], seconds: seconds)
    }

    private func expectKernelStates(_ document: DemoDocument) throws {
        let paths = try #require(document.story?.paths)
        #expect(
            paths["client"]?.map(\.state) == ["CLOSED", "SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"])
        #expect(
            paths["server"]?.map(\.state) == [
                "LISTEN", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
            ])
        #expect(paths.values.joined().allSatisfy { $0.provenance == "kernel" })
    }

    @Test("the best wire that is to be had, every state the kernel's, and nothing left behind", arguments: Place.all)
    func everyWire(place: Place) async throws {
        let run = try await run(
            "--json", at: place, after: "ip -o link | grep -v \" lo: \" >&2; ss -Htan >&2")
        #expect(run.status == 0 && run.err.isEmpty, "\(run.err)")
        let document = try DemoDocument(run.out)
        #expect(document.place == place.expected && document.refused == place.refused)
        try expectKernelStates(document)
        #expect(document.tables.map { $0.sockets.count } == [1, 3, 2])
    }

    @Test(
        "the page says where it was, and why", arguments: ["en", "zh"],
        [(0, "two network namespaces", "两个网络命名空间"), (3, "veth pair", "veth"), (4, "mirror", "镜子")])
    func page(language: String, place: (Int, String, String)) async throws {
        let run = try await run("--width 80", at: Place.all[place.0], language)
        #expect(run.status == 0 && run.err.isEmpty, "\(run.err)")
        let opening = run.lines.prefix { !$0.isEmpty }.joined(separator: " ")
        #expect(opening.contains(language == "en" ? place.1 : place.2), "\(opening)")
        #expect(opening.contains(language == "en" ? "Refused: " : "未能使用：") == (place.0 != 0))
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        #expect(!run.out.contains("S?") && !run.out.contains("R?"))
        #expect(
            run.lines.filter { $0.prefixMatch(of: /[0-9]\.\s/) != nil }.map(String.init) == DemoTests.sections[language]
        )
        let numbers = run.lines.compactMap { $0.firstMatch(of: /#([0-9]+) +(?:SYN|ACK|PSH|FIN)\S* +(?:seq|ack)=/)?.1 }
        #expect(numbers == (1...11).map { "\($0)"[...] })
        // Who looks for the sockets elsewhere is told where they are.
        #expect(run.out.contains("--on loopback") == (place.0 != 4))
    }

    @Test("fifty runs of fifty: every state is the kernel's own word")
    func fifty() async throws {
        let run = try await run(
            script: "for n in $(seq 50); do \"$PUBLIC\" demo --json || exit 1; done", at: Place.all[1], seconds: 240)
        #expect(run.status == 0, "\(run.err)")
        let documents = run.out.replacing("\n}\n{", with: "\n}\u{0}{").split(separator: "\u{0}")
        #expect(documents.count == 50)
        for document in documents { try expectKernelStates(DemoDocument(String(document))) }
    }

    @Test("the third segment is lost: the client's data completes the handshake; kept silent, a challenge ACK does")
    func thirdSegmentLost() async throws {
        func picture(_ options: String) async throws -> [Substring] {
            let run = try await run("\(options) --width 90")
            #expect(run.status == 0, "\(run.err)")
            return run.lines.filter { $0.contains(" #") && $0.contains("seq=") }
        }
        let saved = try await picture("--do 'drop C:ACK#1'")
        #expect(saved[2].contains("lost on the way") && saved[3].contains("E*"))
        let repaired = try await picture("--do 'drop C:ACK#1' --do 'wait C 2s'")
        #expect(
            repaired[3].contains("again #2 RTO") && repaired[4].contains("challenge ACK") && repaired[4].contains("E*"))
    }

    @Test("a segment that never was is told of")
    func unmatched() async throws {
        let run = try await run("--lose 99")
        #expect(run.status == 0 && run.out.contains("#99: no such segment was sent"))
    }

    @Test("a wire that carries nothing is found out before the experiment waits for it")
    func filtered() async throws {
        let run = try await run("--json", at: Place.filtered)
        #expect(run.status == 0 && run.err.isEmpty, "\(run.err)")
        let document = try DemoDocument(run.out)
        #expect(document.place == "loopback" && document.refused == Place.filtered.refused && document.captured)
    }

    // MARK: Where nothing is allowed

    @Test("where nothing is allowed the loopback is shown, and says so", arguments: ["en", "zh"])
    func nothingAllowed(language: String) async throws {
        let run = try await run("--width 80", at: Place.nowhere, language)
        #expect(run.status == 0 && run.err.isEmpty, "\(run.err)")
        #expect(run.out.contains(language == "en" ? "this is the loopback" : "改在回环上进行"))
        let document = try await DemoDocument(self.run("--json", at: Place.nowhere).out)
        #expect(document.place == "loopback" && document.refused == Place.nowhere.refused)
    }

    @Test("where nothing is allowed our own TCP is stepped through, and loses segments", arguments: ["en", "zh"])
    func stackPlays(language: String) async throws {
        let says = language == "en" ? "what plays is our own TCP" : "改由内置协议栈"
        let lost = try await run("--lose 4 --width 100", at: Place.nowhere, language)
        #expect(lost.status == 0 && lost.err.isEmpty, "\(lost.err)")
        #expect(lost.out.contains(says) && lost.out.contains("[S]"))
        #expect(lost.lines.contains { $0.contains("#5  PSH,ACK") && $0.contains("#4") })
        let steps = try await run("--step --width 100", at: Place.nowhere, language)
        #expect(steps.status == 0 && steps.out.contains(says) && steps.out.contains("SYN-RECEIVED"))
    }

    // MARK: The end

    @Test(
        "signals in the midst of it: nothing is left behind", arguments: [Place.all[0], Place.all[1], Place.all[4]],
        ["INT", "TERM", "HUP", "KILL"])
    func signals(place: Place, signal: String) async throws {
        // The client keeps silent for so long that it is still in the midst of it.
        let run = try await run(
            script: """
                env --default-signal=INT "$PUBLIC" demo --do 'wait C 50s' & sleep 1
                kill -\(signal) $!; wait $!; true
                """, at: place,
            after: """
                for n in 1 2 3 4 5 6 7 8 9 10; do
                    left=$(ps -eo args | grep -c "^$PUBLIC demo")
                    [ $left = 0 ] && break
                    sleep 0.3
                done
                ip -o link | grep -v " lo: " >&2
                echo "left $left" >&2
                [ \(signal) = KILL ] || ss -Htan >&2
                """)
        #expect(run.err.split(separator: "\n").filter { !$0.contains("Killed") } == ["left 0"], "\(run.err)")
    }

    @Test("words that say nothing are refused with those that do", arguments: ["drop", "hold C:ACK#1", "lose #4"])
    func nonsense(words: String) async throws {
        let run = try await Run("demo", "--do", words, "--lang", "en")
        #expect(run.status == 2 && run.err.contains("'drop SEGMENT'"))
    }
}
