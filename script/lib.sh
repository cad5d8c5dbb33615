# shellcheck shell=bash
# What script/demo, script/test and script/install share: finding what the machine lacks, installing it or naming
# the exact command, and building quietly. Sourced, never run. Everything said goes to standard error, so that what
# the commands themselves print (JSON, say) stays clean.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
logs=$root/.build
# Debian keeps ip, tcpdump and setcap where an ordinary user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin

# What is needed, and the package that brings it, by package manager. "-" is: comes with the system, or is not to be
# had there. pkg-config is not in the list: SwiftPM asks it where the libraries are, but finds them without it in the
# compiler's own folders, at the price of a warning.
packages='
need         apt-get      dnf            pacman         apk           zypper         brew
pcap/pcap.h  libpcap-dev  libpcap-devel  libpcap        libpcap-dev   libpcap-devel  -
zlib.h       zlib1g-dev   zlib-devel     zlib           zlib-dev      zlib-devel     -
tshark       tshark       wireshark-cli  wireshark-cli  tshark        wireshark      wireshark
tcpdump      tcpdump      tcpdump        tcpdump        tcpdump       tcpdump        -
ip           iproute2     iproute        iproute2       iproute2      iproute2       -
ss           iproute2     iproute        iproute2       iproute2-ss   iproute2       -
unshare      util-linux   util-linux     util-linux     util-linux    util-linux     -
setpriv      util-linux   util-linux     util-linux     setpriv       util-linux     -
setcap       libcap2-bin  libcap         libcap         libcap-setcap libcap-progs   -
rsvg-convert librsvg2-bin librsvg2-tools librsvg        rsvg-convert  rsvg-convert   librsvg
python3      python3        python3        python         python3       python3        python3
nc           netcat-openbsd nmap-ncat      openbsd-netcat netcat-openbsd netcat-openbsd -
tmux         tmux         tmux           tmux           tmux          tmux           tmux
zsh          zsh          zsh            zsh            zsh           zsh            zsh
fish         fish         fish           fish           fish          fish           fish
xz           xz-utils     xz             xz             xz            xz             xz
chromium     chromium     chromium       chromium       chromium      chromium       -
ensurepip    python3-venv python3        python         python3       python3        -
dpkg-deb     dpkg         dpkg           dpkg           dpkg          dpkg           -
debootstrap  debootstrap  debootstrap    debootstrap    debootstrap   debootstrap    -
'
# What building needs, and what the tests compare with; the scripts that source this use them.
# shellcheck disable=SC2034
build_needs=(pcap/pcap.h zlib.h)
# shellcheck disable=SC2034
compare_needs=(tshark tcpdump ip ss unshare setpriv setcap nc python3 tmux zsh fish rsvg-convert)
# shellcheck disable=SC2034
browser_needs=(chromium python3 ensurepip)

case ${TCPLENS_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} in
    zh*) in_chinese=yes ;;
    *) in_chinese=no ;;
esac

# say ENGLISH CHINESE
say() {
    if [[ $in_chinese == yes ]]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi
}

# The clang beside swift: it is there wherever Swift is, and it is the one that will look for the headers.
compiler() {
    local beside
    beside=$(dirname "$(readlink -f "$(command -v swift)")")/clang
    if [[ -x $beside ]]; then echo "$beside"; else command -v clang || command -v cc || echo false; fi
}

# A name that ends in .h is a header, any other a command, or what is said beside it.
is_there() {
    case $1 in
        *.h) printf '#include <%s>\n' "$1" | "$(compiler)" -E -x c - >/dev/null 2>&1 ;;
        chromium) { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null ;;
        # What makes a folder with Python's packages; Debian has it apart from python3.
        ensurepip) python3 -c 'import ensurepip' 2>/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# missing NEED... prints those that are not there.
missing() {
    local need
    for need in "$@"; do is_there "$need" || echo "$need"; done
}

package_manager() {
    local manager
    for manager in apt-get dnf pacman apk zypper brew; do
        if command -v "$manager" >/dev/null; then
            echo "$manager"
            return
        fi
    done
    echo none
}

# packages_for MANAGER NEED... prints the packages on one line, each once.
packages_for() {
    local manager=$1
    shift
    awk -v manager="$manager" -v needs="$*" '
        $1 == "need" { for (i = 2; i <= NF; i++) if ($i == manager) column = i; next }
        NF { package[$1] = $column }
        END {
            count = split(needs, need, " ")
            for (i = 1; i <= count; i++) {
                name = package[need[i]]
                if (name == "" || name == "-" || seen[name]++) continue
                line = line (line == "" ? "" : " ") name
            }
            print line
        }' <<<"$packages"
}

# install_command MANAGER PACKAGES: the line a person would type.
install_command() {
    case $1 in
        apt-get) echo "sudo apt-get update && sudo apt-get install -y $2" ;;
        dnf) echo "sudo dnf install -y $2" ;;
        pacman) echo "sudo pacman -S --needed $2" ;;
        apk) echo "sudo apk add $2" ;;
        zypper) echo "sudo zypper install -y $2" ;;
        brew) echo "brew install $2" ;;
    esac
}

# Runs a command as root: as it is for root, else through a sudo that does not ask. Fails where there is neither.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        command -v sudo >/dev/null && sudo -n "$@"
    fi
}

# install_missing NEED... installs what is not there with apt-get where that is allowed; anywhere else it prints the
# exact command and ends the script with 3 (no permission).
install_missing() {
    local needs=() need manager list log=$logs/apt-get.log
    while IFS= read -r need; do needs+=("$need"); done < <(missing "$@")
    [[ ${#needs[@]} -gt 0 ]] || return 0
    manager=$(package_manager)
    if [[ $manager == none ]]; then
        say "tcplens: missing: ${needs[*]}" "tcplens：缺少：${needs[*]}"
        say "  no package manager known here was found: install what provides them, then run this again" \
            "  没有找到认识的包管理器：请先装上提供它们的软件包，再运行一次"
        exit 3
    fi
    list=$(packages_for "$manager" "${needs[@]}")
    if [[ -z $list ]]; then
        say "tcplens: missing: ${needs[*]} (no $manager package brings them)" \
            "tcplens：缺少：${needs[*]}（$manager 里没有对应的软件包）"
        exit 3
    fi
    if [[ $manager == apt-get ]] && as_root true 2>/dev/null; then
        say "installing $list with apt-get ..." "正在用 apt-get 安装 $list ……"
        mkdir -p "$logs"
        # Without these answers wireshark-common stops to ask who may capture, and a busy dpkg fails at once.
        # shellcheck disable=SC2086 # the list is words on purpose
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get update >"$log" 2>&1 </dev/null \
            && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
                -o DPkg::Lock::Timeout=120 $list >>"$log" 2>&1 </dev/null; then
            hash -r
            return 0
        fi
        tail -n 5 "$log" >&2
        say "tcplens: apt-get could not install $list (all it said: $log)" \
            "tcplens：apt-get 没能装上 $list（完整输出：$log）"
    elif [[ $manager == apt-get ]]; then
        say "tcplens: missing: ${needs[*]}; installing that needs root, or a sudo that asks no password" \
            "tcplens：缺少：${needs[*]}；安装需要 root，或免密的 sudo"
    else
        say "tcplens: missing: ${needs[*]}" "tcplens：缺少：${needs[*]}"
    fi
    say "  install them with:  $(install_command "$manager" "$list")" \
        "  请先安装：  $(install_command "$manager" "$list")"
    say "  then run again:     $0" "  然后重新运行：  $0"
    exit 3
}

require_swift() {
    command -v swift >/dev/null && return
    say "tcplens: there is no swift in PATH; TCPLens is built from source with Swift 6.2 or later" \
        "tcplens：PATH 里没有 swift；TCPLens 需要用 Swift 6.2 或更新版本从源码构建"
    say "  get it from https://www.swift.org/install, then run again:  $0" \
        "  请从 https://www.swift.org/install 安装，然后重新运行：  $0"
    exit 3
}

# Everything the release binary is made from, or made by, is older than the last build. SwiftPM's own check takes
# three seconds; this one takes none. A file added or removed shows in its folder's time.
is_built() {
    local stamp=$logs/tcplens-release.stamp
    [[ -x $logs/release/tcplens && -f $stamp ]] \
        && { ! can_be_self_contained || is_self_contained; } \
        && [[ $(<"$stamp") == "$(swift_identity)" ]] \
        && [[ -z $(find "$root/Sources" "$root/Package.swift" -newer "$stamp" -print 2>/dev/null | head -n 1) ]]
}

swift_identity() { ls -lL "$(command -v swift)"; }

# build_release builds the tool, in one line on a terminal, and prints the compiler's words only when it fails.
build_release() {
    local log=$logs/release.log start=$SECONDS
    is_built && return
    if ! mkdir -p "$logs" 2>/dev/null || [[ ! -w $logs ]]; then
        say "tcplens: cannot write $logs (built by another user before?)" \
            "tcplens：$logs 不可写（之前是别的用户构建的？）"
        say "  give it back:  sudo chown -R $(id -un) '$logs'" "  请先改回属主：  sudo chown -R $(id -un) '$logs'"
        exit 3
    fi
    say "building tcplens (release; the first build takes about a minute) ..." \
        "正在构建 tcplens（release；第一次约需一分钟）……"
    # Written before the build and moved into place after it: what is edited meanwhile counts as new.
    swift_identity >"$logs/tcplens-release.stamp.new"
    if ! compile_release "$log"; then
        erase_line
        grep -E '(error|fatal):' "$log" | sort -u | head -n 20 >&2 || tail -n 20 "$log" >&2
        say "tcplens: the build failed (all it said: $log)" "tcplens：构建失败（完整输出：$log）"
        exit 1
    fi
    mv "$logs/tcplens-release.stamp.new" "$logs/tcplens-release.stamp"
    erase_line
    say "built in $((SECONDS - start)) s" "构建完成，用时 $((SECONDS - start)) 秒"
}

# Whether this Swift can put its libraries into the program itself: it then starts in half the time, runs where there is no
# Swift, and needs no library path, which a program with capabilities is not allowed.
can_be_self_contained() {
    [[ $(uname -s) == Linux ]] || return 1
    local swift libraries
    swift=$(readlink -f "$(command -v swift)") || return 1
    libraries=${swift%/bin/*}/lib/swift_static/linux
    [[ -f $libraries/static-stdlib-args.lnk && -f $libraries/libFoundation.a && -f $libraries/lib_FoundationICU.a ]]
}

# Whether the one that is built is so: somebody may have built it otherwise by hand.
is_self_contained() {
    [[ $(uname -s) == Linux ]] && ! ldd "$logs/release/tcplens" 2>/dev/null | grep -q libswiftCore
}

compile_release() {
    local builder options=(--package-path "$root" -c release --product tcplens)
    # Nothing asks the program for Swift's functions by name; their names would make it larger, and keep what it never calls.
    if can_be_self_contained; then options+=(--static-swift-stdlib -Xlinker --no-export-dynamic); fi
    if [[ ! -t 2 ]]; then
        swift build "${options[@]}" >"$1" 2>&1 </dev/null
        return
    fi
    swift build "${options[@]}" >"$1" 2>&1 </dev/null &
    builder=$!
    # A command in the background does not hear Ctrl-C by itself.
    trap 'kill "$builder" 2>/dev/null; erase_line; exit 130' INT TERM
    while kill -0 "$builder" 2>/dev/null; do
        erase_line
        tail -n 1 "$1" 2>/dev/null | cut -c "1-$(($(columns) - 1))" | tr -d '\n' >&2
        sleep 0.3
    done
    trap - INT TERM
    wait "$builder"
}

# version_of_source: the version that the source names.
version_of_source() { sed -n 's/.*static let version = "\(.*\)".*/\1/p' "$root"/Sources/tcplens/*/TCPLens.swift; }

# system_of OS-RELEASE: the system in a word, with its version where it has one: debian12, ubuntu24.04, arch.
system_of() { sed -n 's/^\(ID\|VERSION_ID\)="\{0,1\}\([^"]*\)"\{0,1\}$/\1 \2/p' "$1" | sort | cut -d' ' -f2 | tr -d '\n'; }

# stamp FILE: writes the revision and the compiler into a finished program, over the mark that Sources/CLinux/Stamp.c keeps
# room for, so that no source has to change with every commit.
stamp() {
    local file=$1 revision compiler place mark='tcplens-stamp:'
    revision=$(git -C "$root" rev-parse --short=10 HEAD 2>/dev/null || echo unknown)
    if [[ -n $(git -C "$root" status --porcelain -- Sources Package.swift 2>/dev/null) ]]; then revision+=+; fi
    compiler=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    place=$(LC_ALL=C grep -abo "$mark                    " "$file" | head -n 1 | cut -d: -f1 || true)
    if [[ -z $place ]]; then
        say "tcplens: $file has no room for the revision and the compiler (Sources/CLinux/Stamp.c)" \
            "tcplens：$file 里没有写入修订号与编译器版本的位置（Sources/CLinux/Stamp.c）"
        return 1
    fi
    printf '%-64.64s' "${mark}revision $revision${compiler:+, Swift $compiler}" \
        | dd of="$file" bs=1 seek="$place" conv=notrunc status=none
}

# stage PROGRAM DIR: lays out what an installation consists of below DIR (bin, share), made by the program itself, which must
# be allowed to run there: /tmp may be mounted without that.
stage() {
    local program=$1 dir=$2 language
    mkdir -p "$dir/bin" "$dir/share/man/man1" "$dir/share/man/zh_CN/man1" \
        "$dir/share/bash-completion/completions" "$dir/share/zsh/site-functions" "$dir/share/fish/vendor_completions.d"
    install -m 755 "$program" "$dir/bin/tcplens"
    # Without what only a debugger reads; the functions' names go too, from a program of 60 MB to one of 20.
    if command -v strip >/dev/null; then strip "$dir/bin/tcplens"; fi
    stamp "$dir/bin/tcplens"
    for language in en zh; do
        local folder=$dir/share/man/man1
        if [[ $language == zh ]]; then folder=$dir/share/man/zh_CN/man1; fi
        "$dir/bin/tcplens" manual --lang "$language" >"$folder/tcplens.1"
    done
    # bash shows words only, which are the same in every language.
    "$dir/bin/tcplens" --generate-completion-script bash >"$dir/share/bash-completion/completions/tcplens"
    completions_for_zsh "$dir/bin/tcplens" >"$dir/share/zsh/site-functions/_tcplens"
    completions_for_fish "$dir/bin/tcplens" >"$dir/share/fish/vendor_completions.d/tcplens.fish"
}

# completion PROGRAM SHELL LANGUAGE: the program's own script; each language's has its own explanations beside the words.
completion() { TCPLENS_LANG=$3 "$1" --generate-completion-script "$2"; }

# One file for everybody on the machine, whatever their language: it is chosen as the program chooses it.
completions_for_zsh() {
    # shellcheck disable=SC2016 # for zsh to expand
    printf '#compdef tcplens\n\ncase ${TCPLENS_LANG:-${LC_ALL:-${LC_MESSAGES:-$LANG}}} in\nzh*)\n'
    completion "$1" zsh zh | sed 1d
    printf ';;\n*)\n'
    completion "$1" zsh en | sed 1d
    printf ';;\nesac\n'
}

completions_for_fish() {
    # shellcheck disable=SC2016 # for fish to expand
    printf 'if string match -q "zh*" -- (string match -r ".+" -- $TCPLENS_LANG $LC_ALL $LC_MESSAGES $LANG)[1]\n'
    completion "$1" fish zh
    printf 'else\n'
    completion "$1" fish en
    printf 'end\n'
}

columns() {
    local width
    width=$(tput cols 2>/dev/null) || width=80
    echo "$width"
}

erase_line() {
    if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}
