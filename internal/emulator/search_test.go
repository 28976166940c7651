package emulator_test

import "testing"

// TestSearchOptions: scores rank, relations are replaced by entities, and unknown
// fields cannot be sorted by.
func TestSearchOptions(t *testing.T) {
	t.Parallel()
	run(t, newWhole(t), []step{
		{method: "POST", path: "/entity/v1/entity/contact", body: `{"first_name":"Ada","last_name":"King","status":"lead"}`, has: `"_id":"([^"]+)"`, keep: "ada"},
		{method: "POST", path: "/entity/v1/entity/contact", body: `{"first_name":"Grace","last_name":"King","status":"active"}`, has: `"_id":"([^"]+)"`, keep: "grace"},
		{method: "POST", path: "/entity/v1/entity/order", body: `{"order_number":"1","customer":{"$relation":[{"entity_id":"{ada}","_tags":["main"]},{"entity_id":"nobody"}]},"place":{"$relation_ref":[{"entity_id":"{ada}","path":"status"}]}}`, has: `"_id":"([^"]+)"`, keep: "order"},

		{method: "POST", path: search, body: `{"q":"king grace","include_scores":true}`, has: `"hits":2.*"_id":"{grace}".*"_score":2.*"_id":"{ada}".*"_score":1[,}]`},
		{method: "POST", path: search, body: `{"q":"first_name:ada^5 OR grace","include_scores":true}`, has: `"_id":"{ada}".*"_score":5.*"_id":"{grace}"`},
		{method: "POST", path: search, body: `{"q":"king grace","sort":"first_name:asc"}`, has: `"_id":"{ada}".*"_id":"{grace}"`},
		{method: "GET", path: "/entity/v2/entity/order/{order}", has: `"_title":"1"`},
		{method: "POST", path: "/entity/v1/entity/ticket", body: `{"text":"x"}`, has: `"_title":"Ticket"`},
		{method: "POST", path: search, body: `{"q":"king AND _schema:contact","size":1}`, has: `"hits":2.*"_id":"{ada}"`},
		{method: "POST", path: search, body: `{"q":"_schema:account"}`, has: `"hits":0`},
		{method: "POST", path: search, body: `{"q":"_schema:(contact OR order)"}`, has: `"hits":3`},
		{method: "POST", path: "/entity/v1/entity:list", body: `{"filter":[{"term":{"_schema":"order"}}]}`, has: `"hits":1`},

		{method: "POST", path: search, body: `{"q":"order_number:1","hydrate":true}`, has: `"customer":\[\{"\$relation":\{"entity_id":"{ada}","_tags":\["main"\]\},"_id":"{ada}".*"first_name":"Ada".*\}\],"place":\[\{"\$relation_ref":.*"status":"lead"\}\]`},
		{method: "POST", path: search, body: `{"q":"order_number:1"}`, has: `"customer":\{"\$relation"`},
		{method: "GET", path: "/entity/v2/entity/order/{order}?hydrate=true", status: 200, has: `"customer":\[\{"\$relation":\{[^}]*\},"_id":"{ada}"`},
		{method: "GET", path: "/entity/v2/entity/order/{order}", status: 200, has: `"customer":\{"\$relation"`},
		{method: "GET", path: "/entity/v2/entity/contact/{ada}?fields=first_name", status: 200, has: `"first_name":"Ada"\}`},

		{method: "POST", path: search, body: `{"q":"*","sort":"nope:asc"}`, status: 400, has: `cannot sort by \\"nope\\": no entity has this field`},
		{method: "POST", path: search, body: `{"q":"*","sort":["order_number:asc","_created_at:desc"]}`, status: 200, has: `"results":\[\{[^\[]*"_id":"{order}"|"_id":"{order}".*"_id":"{grace}"`},
		{method: "POST", path: search, body: `{"q":"*","sort":"_score"}`, status: 200, has: `"hits":4`},
		{method: "GET", path: "/webhooks/v1/webhooks/configs?sort=whatever", status: 200}, // an undocumented parameter
	})
}
