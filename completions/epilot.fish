# fish completion for epilot, printed by "epilot completion fish". It evaluates
# nothing of the line: "epilot __complete" gets the words as they were typed,
# without their quotes.

# __epilot_unquote takes the quotes from a word whose last one may be open.
function __epilot_unquote
    for close in '' '"' "'"
        string unescape -- "$argv[1]$close"
        and return
    end
    printf '%s\n' "$argv[1]"
end

function __epilot_complete
    set -l before (commandline -opc)[2..-1]
    set -l word (__epilot_unquote (commandline -ct))
    set -lx EPILOT_ACTIVE_HELP 0
    set -l lines (command epilot __complete (string replace -r -- '^~/' "$HOME/" $before) "$word" 2>/dev/null </dev/null)
    or return
    set -l directive 0
    if string match -qr -- '^:[0-9]+$' "$lines[-1]"
        set directive (string sub -s 2 -- $lines[-1])
        set -e lines[-1]
    end
    # Values come without their flag, but fish looks for the whole word.
    set -l flag (string match -r -- '^-[^=]*=' "$word")
    set -l found
    for line in $lines
        if string match -q -- '?*' "$line"
            set -a found "$flag$line"
        end
    end
    if test (count $found) -eq 0; or test (math "bitand($directive, 25)") -ne 0
        if test (math "bitand($directive, 4)") -eq 0
            for path in (__fish_complete_path (string replace -- "$flag" '' "$word"))
                printf '%s\n' "$flag$path"
            end
        end
        return
    end
    # fish writes a blank behind a single candidate, unless there is a longer one.
    if test (count $found) -eq 1; and test (math "bitand($directive, 2)") -ne 0
        set -l text (string split -m 1 -- \t $found[1])[1]
        if not string match -qr -- '[@=/:.,]$' "$text"
            set found "$text" "$text."
        end
    end
    printf '%s\n' $found
end

complete -c epilot -e
complete -k -c epilot -f -a '(__epilot_complete)'
