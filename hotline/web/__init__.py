"""Pages and API; everything that shows a case.

app        the aiohttp application: keys, middlewares, routes, background tasks
ticks      what time does beside the requests
routing    one table of routes: method, path, who may, what is told, what is answered
auth       sign-in, sessions, CSRF; request -> Actor
schemas    forms and bodies made from the acts of the domain
problems   refusals -> responses, in one table
answers    what the interface answers, as types; told, answers_deadline, answers_orders
deadlines  deadlines as the interface tells them, each with the sentence that explains it
shown      cases and lists as JSON: the one place that serialises, always masked
api_citizen, api_staff, api_city, api_desk, api_rules, api_model, api_repeats, api_letters,
api_callbacks   the JSON interface
rosterforms   a duty roster as it is typed and told; ruleforms: rules and their tests
attachments   files in, files out
openapi    the interface as an OpenAPI document, from the same types that validate
health     alive, ready, metrics
limits     how often the public may ask
requestlog the log of requests: people's a line each, machines' and refusals summed up
dates      moments as an office writes and says them
pages, citizen, citizen_form, rating, office, office_notices, office_duty, office_rules, office_model, office_alerts,
office_letters, marked; every_page lists them all
           what people see in a browser
"""
