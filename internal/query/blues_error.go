package query

import (
	"errors"
	"strconv"

	"github.com/blues/jsonata-go/jparse"
)

// bluesSyntax dresses a syntax error, of which the engine knows the place in
// all cases but those about whole paths and signatures: it leaves 0 there.
func bluesSyntax(source string, err error) error {
	p := problem{source: source, message: err.Error(), at: nowhere}
	var wrong *jparse.Error
	if !errors.As(err, &wrong) {
		return p.failure()
	}
	switch wrong.Type {
	case jparse.ErrUnexpectedToken:
		p.message = "expected " + strconv.Quote(wrong.Hint) + ", got " + strconv.Quote(wrong.Token)
	case jparse.ErrMissingToken:
		p.message = "expected " + strconv.Quote(wrong.Hint)
	}
	if wrong.Position > 0 || wrong.Token != "" {
		p.at = min(wrong.Position, len(source))
	}
	return p.failure()
}

// bluesRuntime dresses what went wrong while an expression ran.
func bluesRuntime(source string, err error) error {
	p := problem{source: source, message: err.Error(), at: culprit(source, err.Error())}
	return p.unless(err)
}
