package cmd

// What is changed in cobra's scripts. They let the shell evaluate the line, so
// that variables have their values; a command in the line, or in quotes in it,
// must not be run for a Tab: it may write, or call an API.

func bashChanges() []change {
	return []change{
		{"_init_completion -n =: ||", "_init_completion -n =:@ ||"},
		{"    _get_comp_words_by_ref \"$@\" cur prev words cword\n", bashWords},
		{"    args=(\"${words[@]:1}\")\n", "    args=(\"${words[@]:1}\")\n" + bashCommands},
		{"    __epilot_handle_special_char \"$cur\" :\n    __epilot_handle_special_char \"$cur\" =\n", bashBreaks},
	}
}

// bashWords does the work of the package bash-completion where that is missing:
// it joins what readline has split at = : and, where it completes hosts, @. It
// leaves redirections to bash: evaluated, they would write a file.
const bashWords = `    if declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
        _get_comp_words_by_ref "$@" cur prev words cword
        return
    fi
    local i word line=${COMP_LINE:0:COMP_POINT}
    words=() cword=-1
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ $word == [0-9\&]*[\<\>]* || $word == [\<\>]* ]] && return 1
        if ((cword < 0)) || [[ $line == [[:space:]]* ]]; then
            words[++cword]=""
        fi
        line=${line#"${line%%[![:space:]]*}"}
        ((i == COMP_CWORD)) && word=$line
        words[cword]+=$word
        line=${line#"$word"}
    done
    cur=${words[cword]}
    prev=${words[cword > 0 ? cword - 1 : 0]}
`

// bashCommands cuts a word off where a command begins in it.
const bashCommands = `    local i word
    for i in "${!args[@]}"; do
        word=${args[i]}
        if [[ $word == *['$<>']'('* || $word == *'` + "`" + `'* || $word == *'${'[\ \|]* ]]; then
            word=${word%%['$<>']'('*}
            word=${word%%'` + "`" + `'*}
            word=${word%%'${'[\ \|]*}
            args[i]=$(printf '%q' "${word//[\"\']/}x")
        fi
    done
`

// bashBreaks takes from the answers what stands in front of the last split: of
// the word, readline replaces what follows it, and the @ itself.
const bashBreaks = `    local at=${#cur} char prefix=""
    while ((--at >= 0)); do
        char=${cur:at:1}
        if [[ ":=@" == *"$char"* && $COMP_WORDBREAKS == *"$char"* ]]; then
            prefix=${cur:0:at}
            [[ $char == @ ]] || prefix+=$char
            break
        fi
    done
    for at in "${!COMPREPLY[@]}"; do
        COMPREPLY[at]=${COMPREPLY[at]#"$prefix"}
    done
`

// zshChanges: beside that, only a word that begins with a dash is a flag with
// its value, and the value may hold another "=", as in --param=key=value.
func zshChanges() []change {
	return []change{
		{"=~ '-.*='", "=~ '^-[^=]*='"},
		{"    words=(\"${=words[1,CURRENT]}\")\n", zshCommands + "    words=(\"${=words[1,CURRENT]}\")\n"},
	}
}

const zshCommands = `    local at word
    for ((at = 2; at <= CURRENT; at++)); do
        word=${words[at]%%(['$<>=']'('|'` + "`" + `'|'${'[ \|])*}
        [[ $word == ${words[at]} ]] || words[at]=${(q)word//[\"\']/}x
    done
`

// fishChanges: fish hands over the words without their quotes, so they must not
// be evaluated again, and an answer that begins with a dash is no option of its
// own commands.
func fishChanges() []change {
	return []change{
		{"string match -r -- '-.*='", "string match -r -- '^-[^=]*='"},
		{"string split --max 1 \\t $", "string split --max 1 -- \\t $"},
		{"    set -l args (commandline -opc)\n", "    set -l args (string replace -r -- '^~/' \"$HOME/\" (commandline -opc))\n"},
		{"    set -l lastArg (string escape -- (commandline -ct))\n", "    set -l lastArg (commandline -ct)\n"},
		{"    set -l requestComp \"EPILOT_ACTIVE_HELP=0 $args[1] __complete $args[2..-1] $lastArg\"\n", "    set -lx EPILOT_ACTIVE_HELP 0\n"},
		{"    __epilot_debug \"Calling $requestComp\"\n", ""},
		{"(eval $requestComp 2> /dev/null)", "($args[1] __complete $args[2..-1] \"$lastArg\" 2> /dev/null)"},
	}
}

// powerShellChanges gives up where a command stands in the line.
func powerShellChanges() []change {
	const call = "    __epilot_debug \"Calling $RequestComp\"\n"
	return []change{{call, "    if ($RequestComp -match '\\$\\(|(^|\\s)[@&.]?\\(') { return }\n" + call}}
}
