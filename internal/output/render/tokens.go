package render

func (s *scanner) beginText() bool {
	s.isName = s.state.takesName()
	if !s.isName && !s.state.takesValue() {
		return false
	}
	if s.decorated {
		s.startLine(s.state, s.depth)
		s.startPaint(s.textPaint(s.isName))
	}
	s.at++
	s.state = inText
	return s.continueText()
}

// continueText takes a string up to its end, a backslash, or the chunk's end.
func (s *scanner) continueText() bool {
	for s.at = s.plain(s.at); s.at < len(s.in); s.at = s.plain(s.at) {
		switch c := s.in[s.at]; {
		case c == '"':
			s.endText()
			return true
		case c == '\\':
			s.at++
			s.state = inEscape
			return true
		case c < ' ':
			return false
		}
		s.spell()
	}
	return true
}

func (s *scanner) endText() {
	s.at++
	s.stopPaint()
	if !s.isName {
		s.endValue(top)
		return
	}
	s.state = afterName
	if s.at < len(s.in) && s.in[s.at] == ':' {
		s.at++
		s.state = member
	}
}

func (s *scanner) escaped(c byte) bool {
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.state = inText
	case 'u':
		s.state, s.hex = inHex, 4
	default:
		return false
	}
	s.at++
	return true
}

func (s *scanner) hexDigit(c byte) bool {
	if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
		return false
	}
	s.at++
	if s.hex--; s.hex == 0 {
		s.state = inText
	}
	return true
}

func (s *scanner) beginWord(word string) bool {
	if !s.state.takesValue() {
		return false
	}
	if s.decorated {
		s.startLine(s.state, s.depth)
		s.startPaint(&s.literal)
	}
	s.state, s.rest = inWord, word
	return s.continueWord()
}

func (s *scanner) continueWord() bool {
	for s.at < len(s.in) && s.in[s.at] == s.rest[0] {
		s.at++
		if s.rest = s.rest[1:]; s.rest == "" {
			s.stopPaint()
			s.endValue(gap)
			return true
		}
	}
	return s.at == len(s.in)
}

func (s *scanner) beginNumber(c byte) bool {
	if !s.state.takesValue() {
		return false
	}
	if s.decorated {
		s.startLine(s.state, s.depth)
		s.startPaint(&s.number)
	}
	s.at++
	s.state = minus
	if c != '-' {
		s.state = minus.afterDigit(c)
	}
	return s.continueNumber()
}

// continueNumber takes a number up to its end or the chunk's end.
func (s *scanner) continueNumber() bool {
	at, state := s.at, s.state
	for ; at < len(s.in); at++ {
		next := state.inNumber(s.in[at])
		if next == after {
			s.at, s.state = at, state
			return s.endNumber()
		}
		state = next
	}
	s.at, s.state = at, state
	return true
}

// endNumber returns false where a number cannot end.
func (s *scanner) endNumber() bool {
	switch s.state {
	case zero, digits, fraction, power:
		s.stopPaint()
		s.endValue(gap)
		return true
	}
	return false
}
