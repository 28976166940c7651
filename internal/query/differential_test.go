package query

import "testing"

// TestDifferential: both engines return the same results for what both support. It
// omits known differences of blues: null in comparisons, comments, the singletons of
// $spread, spaces in URLs, the order of what it lists by walking a map.
func TestDifferential(t *testing.T) {
	t.Parallel()
	const input = `{"name":"epilot","n":3,"ok":true,"none":null,"empty":[],"words":["b","a","c","a"],` +
		`"nums":[3,1,2.5],"one":[7],"user":{"first":"Ada","last":"Lövelace"},` +
		`"orders":[{"id":"o1","price":10,"qty":2,"tags":["x","y"]},{"id":"o2","price":5.5,"qty":1,"tags":[]},` +
		`{"id":"o3","price":20,"qty":3,"tags":["y"]}]}`
	for _, expression := range []string{
		"$", "name", "user.first", "missing", "missing.deeper", "none", "`name`", "one", "one[0]",
		"orders.id", "orders[0]", "orders[-1].id", "orders[price > 8].id", "orders[qty = 1]", "orders.tags",
		"orders[0].tags[1]", "orders.id[0]", "(orders.id)[0]", "orders^(price).id", "orders^(>price).id",
		"orders.(price * qty)", "$sum(orders.(price * qty))", "$max(nums)", "$min(nums)", "$average(nums)",
		"$count(orders)", "$count(missing)", "$count(name)", "n + 1", "n - 5", "n * 2", "n / 2", "n % 2", "-n",
		"n = 3", "n != 3", "n > 2 and ok", "n < 2 or ok", `"a" in words`, `name & "!"`, `n & ""`, "ok ? 1 : 2",
		"[1..5]", "[n, name]", `{"a": n, "b": [name]}`, `orders{id: price}`, `orders.{"i": id, "p": price}`,
		"$string(n)", `$number("12.5")`, "$uppercase(name)", "$lowercase(name)", "$length(user.last)",
		`$substring(name, 1, 3)`, `$substringBefore(name, "l")`, `$substringAfter(name, "l")`, `$contains(name, "pil")`,
		`$split("a,b,c", ",")`, `$join(words, "-")`, `$trim("  a  b ")`, `$pad("x", 3, "-")`, `$replace(name, "e", "E")`,
		`$replace(name, /[aeiou]/, "_")`, `$match("ab12", /[0-9]+/).match`, "$abs(-2)", "$floor(2.7)", "$ceil(2.1)",
		"$round(2.567, 2)", "$power(2, 10)", "$sqrt(16)", "$boolean(words)", "$not(ok)", "$exists(missing)",
		"$append(words, nums)", "$sort(words)", "$reverse(words)", "$distinct(words)", "$zip([1, 2], [3, 4])",
		"$map(nums, function($v){ $v * 2 })", "$filter(nums, function($v){ $v > 2 })",
		"$reduce(nums, function($a, $v){ $a + $v })", "$lookup(user, 'last')", "$type(orders)",
		"$merge([user, {'x': 1}])", "($x := 2; $x * n)", "(1; 2)", "λ($x){ $x + 1 }(1)",
		"($f := function($k){ $k < 2 ? 1 : $k * $f($k - 1) }; $f(5))", "name ~> $uppercase()", "name ~> $uppercase ~> $length",
		`$fromMillis(0)`, `$toMillis("1970-01-01T00:00:01.000Z")`, `$formatNumber(1234.5, "#,##0.00")`, `$formatBase(255, 16)`,
		`$encodeUrlComponent("a/ü")`, `$decodeUrlComponent("a%20b")`, "orders[].id", "one[]",
	} {
		gnata, err := run(t, "gnata", expression, input)
		if err != nil {
			t.Errorf("gnata: %s: %v", expression, err)
			continue
		}
		blues, err := run(t, "blues", expression, input)
		if err != nil || gnata.Defined != blues.Defined || string(gnata.JSON) != string(blues.JSON) {
			t.Errorf("%s: gnata %s, blues %s %v", expression, gnata.JSON, blues.JSON, err)
		}
	}
}
