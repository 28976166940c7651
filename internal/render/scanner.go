package render

import "io"

// scanner checks JSON text that comes in chunks, and prints it as it goes.
type scanner struct {
	printer
	place
	nesting
	state  state
	isName bool   // the string is a member's name
	rest   string // of the word
	hex    int    // digits still to come
}

func newScanner(w io.Writer, style Style) *scanner {
	return &scanner{printer: newPrinter(newSink(w), style)}
}

// feed takes the chunk as far as it is JSON, and returns how far that is.
func (s *scanner) feed(chunk []byte) int {
	s.in, s.at, s.kept = chunk, 0, 0
	for good := true; good && s.at < len(chunk); {
		if s.state < inText {
			good = s.structure(chunk[s.at])
		} else {
			good = s.resume(chunk[s.at])
		}
	}
	s.keep()
	s.advance(chunk[:s.at])
	return s.at
}

// structure takes white space or a bracket, comma or colon, or begins a token
// and takes what the chunk holds of it. It returns false where c cannot stand.
func (s *scanner) structure(c byte) bool {
	switch c {
	case '"':
		return s.beginText()
	case ',':
		return s.comma()
	case ':':
		return s.colon()
	case '{', '[':
		return s.openBracket(c == '{')
	case '}', ']':
		return s.closeBracket(c == '}')
	case ' ', '\n', '\t', '\r':
		return s.space()
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return s.beginNumber(c)
	case 't':
		return s.beginWord("true")
	case 'f':
		return s.beginWord("false")
	case 'n':
		return s.beginWord("null")
	}
	return false
}

// resume goes on inside a token.
func (s *scanner) resume(c byte) bool {
	switch s.state {
	case inText:
		return s.continueText()
	case inEscape:
		return s.escaped(c)
	case inHex:
		return s.hexDigit(c)
	case inWord:
		return s.continueWord()
	}
	return s.continueNumber()
}

func (s *scanner) space() bool {
	s.skipSpace()
	if s.state == gap {
		s.endLine()
	}
	return true
}

func (s *scanner) comma() bool {
	if s.state != after {
		return false
	}
	s.at++
	s.state = nextItem
	if s.inObject() {
		s.state = nextName
	}
	return true
}

func (s *scanner) colon() bool {
	if s.state != afterName {
		return false
	}
	s.at++
	s.state = member
	return true
}

func (s *scanner) openBracket(object bool) bool {
	if !s.state.takesValue() || !s.push(object) {
		return false
	}
	s.lead(s.state, s.depth-1)
	s.at++
	s.state = firstItem
	if object {
		s.state = firstName
	}
	return true
}

func (s *scanner) closeBracket(object bool) bool {
	first := firstItem
	if object {
		first = firstName
	}
	if s.state != first && (s.state != after || s.inObject() != object) {
		return false
	}
	s.pop()
	if s.state == after {
		s.newLine(s.depth)
	}
	s.at++
	s.endValue(top)
	return true
}

// endValue is called after the last byte of a value; alone says what follows
// when it stands at the top.
func (s *scanner) endValue(alone state) {
	s.state = after
	if s.depth > 0 {
		if s.at < len(s.in) && s.in[s.at] == ',' {
			s.comma()
		}
		return
	}
	s.state = alone
	if alone == top {
		s.endLine()
	}
}

func (s *scanner) endLine() {
	s.insert([]byte("\n"))
	s.state = top
}
