# bash completion for epilot                               -*- shell-script -*-
# Printed by "epilot completion bash". It evaluates nothing of the line: it reads
# the words itself, and hands them to "epilot __complete" as they were typed,
# without their quotes.

# __epilot_skip moves over a substitution that begins in $rest, and returns 1 if
# it is still open. Its text is part of the word: nobody runs it.
__epilot_skip() {
    local close=$1 depth=0 run= quoted=
    while [[ -n $rest ]]; do
        run=${rest%%[\(\)\{\}\`\'\"\\]*}
        word+=$run rest=${rest:${#run}}
        [[ -n $rest ]] || return 1
        run=${rest:0:1}
        case $run in
        \\) run=${rest:0:2} ;;
        \' | \")
            quoted=${rest:1}
            quoted=${quoted%%"$run"*}
            [[ ${#rest} -gt ${#quoted}+1 ]] || return 1
            run=${rest:0:${#quoted} + 2}
            ;;
        \( | \{) ((depth += 1)) ;;
        \) | \}) ((depth -= 1)) || : ;;
        esac
        word+=$run rest=${rest:${#run}}
        if [[ $run == "$close" ]] && [[ $run == \` || $depth -eq 0 ]]; then
            return 0
        fi
    done
    return 1
}

# __epilot_end ends a word: the target of a redirection is no argument.
__epilot_end() {
    if [[ -n $begun && -z $target ]]; then
        words+=("$word")
    fi
    [[ -z $begun ]] || target=
    word= begun= plain=1
}

# __epilot_read reads more of the line as the shell would, but for expansions.
# It returns 1 if the cursor is where no argument can be.
__epilot_read() {
    local rest=$1 run= char=
    while [[ -n $rest ]]; do
        case $quote in
        \') run=${rest%%\'*} ;;
        \$) run=${rest%%[\'\\]*} ;; # $'text'
        \") run=${rest%%[\"\\\$\`]*} ;;
        *) run=${rest%%[[:space:]\'\"\\\$\`\<\>\|\&\;\(\)]*} ;;
        esac
        if [[ -n $run ]]; then
            [[ -n $begun || -n $quote || ${run:0:1} != '#' ]] || return 1
            word+=$run begun=1
        fi
        rest=${rest:${#run}}
        [[ -n $rest ]] || return 0
        char=${rest:0:1} rest=${rest:1}
        if [[ $char == "$quote" || $char$quote == \'\$ ]]; then
            quote=
            continue
        fi
        case $char in
        [[:space:]]) __epilot_end ;;
        \' | \") quote=$char begun=1 plain= ;;
        \\)
            run=${rest:0:1} rest=${rest:1}
            if [[ $quote == \" && $run != [\"\\\$\`] ]]; then
                word+=\\
            fi
            [[ $run == $'\n' ]] || word+=$run
            begun=1 plain=
            ;;
        \$)
            begun=1 plain=
            case ${rest:0:1} in
            \() word+=$char && __epilot_skip \) || return 1 ;;
            \{) word+=$char && __epilot_skip \} || return 1 ;;
            \')
                if [[ -n $quote ]]; then
                    word+=$char
                else
                    quote=\$ rest=${rest:1}
                fi
                ;;
            *) word+=$char ;;
            esac
            ;;
        \`)
            begun=1 plain= word+=$char
            __epilot_skip \` || return 1
            ;;
        \< | \>)
            if [[ $rest == \(* ]]; then
                begun=1 plain= word+=$char
                __epilot_skip \) || return 1
                continue
            fi
            # A number or {name} before it says which file, and is no argument.
            if [[ -n $plain && ( $word != *[!0-9]* || $word == \{*\} ) ]]; then
                word= begun=
            fi
            __epilot_end
            run=${rest%%[!\<\>\&\|-]*}
            rest=${rest:${#run}} target=1
            ;;
        \&)
            __epilot_end
            if [[ $rest == \>* ]]; then
                continue
            fi
            words=() target=
            ;;
        *) # another command begins
            __epilot_end
            words=() target=
            ;;
        esac
    done
    return 0
}

# __epilot_quote sets $tail to what the shell reads as that text, behind the
# quote that is open, if one is.
__epilot_quote() {
    tail=$1
    case $2 in
    \' | \$) tail=${tail//\'/\'\\\'\'} ;;
    \")
        tail=${tail//\\/\\\\}
        tail=${tail//\"/\\\"}
        tail=${tail//\$/\\\$}
        tail=${tail//\`/\\\`}
        ;;
    *) [[ -z $tail ]] || printf -v tail %q "$tail" ;;
    esac
}

__start_epilot() {
    local IFS=$' \t\n'
    local words=() word= quote= begun= plain=1 target=
    local line=${COMP_LINE:0:COMP_POINT} text=${2-}
    COMPREPLY=()

    # What readline is going to replace is the end of the line, from the last of
    # its word breaks or from an open quote on.
    [[ -n $text && ${line:${#line}-${#text}} == "$text" ]] || text=
    __epilot_read "${line:0:${#line}-${#text}}" || return 0
    local kept=${#word} open=$quote first=${#words[@]}
    __epilot_read "$text" || return 0
    [[ ${#words[@]} -eq $first ]] || return 0 # readline has read it otherwise
    [[ -z $target ]] || return 0 # a file: -o default completes it
    while [[ ${#words[@]} -gt 0 && ${words[0]} == [A-Za-z_]*=* ]]; do
        words=("${words[@]:1}")
    done
    [[ ${#words[@]} -gt 0 ]] || return 0
    local at
    for ((at = 1; at < ${#words[@]}; at++)); do
        [[ ${words[at]} != '~/'* ]] || words[at]=${HOME-}${words[at]:1}
    done

    local out
    out=$(command epilot __complete "${words[@]:1}" "$word" 2>/dev/null </dev/null) || return 0
    local candidates=() hints=() directive=0 width=0 flag=
    if [[ $word == -*=* ]]; then
        flag=${word%%=*}= # the program names values without their flag
    fi
    while [[ -n $out ]]; do
        line=${out%%$'\n'*}
        out=${out:${#line}+1}
        case $line in
        :[0-9]*) [[ -n $out || ${line:1} == *[!0-9]* ]] || directive=${line:1} ;;
        '_activeHelp_ '*) hints+=("${line#* }") ;;
        *)
            line=$flag$line
            text=${line%%$'\t'*}
            if [[ $text != "$flag" && ${text:0:${#word}} == "$word" ]]; then
                candidates+=("$line")
                [[ ${#text} -le $width ]] || width=${#text}
            fi
            ;;
        esac
    done
    __epilot_reply
}

# __epilot_reply makes COMPREPLY of the candidates.
__epilot_reply() {
    if ((BASH_VERSINFO[0] > 3)); then
        ((!(directive & 2))) || compopt -o nospace
        ((!(directive & 4))) || compopt +o default
        ((!(directive & 32 && (BASH_VERSINFO[0] > 4 || BASH_VERSINFO[1] > 3)))) || compopt -o nosort
    fi
    ((!(directive & 25))) || return 0 # an error, or files of a kind: -o default
    local listing= tail= about= room=80
    [[ -z ${COLUMNS-} || $COLUMNS == *[!0-9]* ]] || room=$COLUMNS
    ((room -= width + 5)) || :
    [[ ${COMP_TYPE-9} != 63 && ${COMP_TYPE-9} != 33 && ${COMP_TYPE-9} != 64 ]] || listing=1
    for line in ${candidates[@]+"${candidates[@]}"}; do
        text=${line%%$'\t'*}
        __epilot_quote "${text:kept}" "$open"
        if ((${#candidates[@]} > 1)); then
            about=${line:${#text}+1}
            # Behind a quote, the blanks before it would be part of the word.
            if [[ -n $listing && -n $about && -z $open && $room -gt 9 ]]; then
                [[ ${#about} -le $room ]] || about=${about:0:room - 1}…
                printf -v tail '%-*s  (%s)' "$((width - kept))" "$tail" "$about"
            fi
        elif ((BASH_VERSINFO[0] < 4 && !(directive & 2))) && [[ -z $open ]]; then
            tail+=' '
        fi
        COMPREPLY+=("$tail")
    done
    if [[ ${#COMPREPLY[@]} -eq 0 && -n $listing && ${#hints[@]} -gt 0 ]]; then
        COMPREPLY=("${hints[@]}" ' ') # two that begin differently: listed, never typed
    fi
}

if ((BASH_VERSINFO[0] > 3)); then
    complete -o default -F __start_epilot epilot
else
    complete -o default -o nospace -F __start_epilot epilot
fi
