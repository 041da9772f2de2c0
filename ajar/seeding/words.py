"""What demo data is made of. Addresses end in .example, and numbers are such that regulators
keep for films, so that nobody is written to or called by mistake."""

from typing import NamedTuple

from ajar.formats import phone, rich_text, zone


class Place(NamedTuple):
    city: str
    state: str | None
    zipcode: str
    country: str
    number: str  # the beginning of its phone numbers; three digits follow

    def address(self, line: str) -> dict:
        parts = {"city": self.city, "state": self.state, "zipcode": self.zipcode}
        zones = zone.of_address(self.country, self.state, self.city, self.zipcode)
        label = {"label": "business", "address_1": line, "address_2": None}
        return label | parts | {"country": self.country, "tz_ids": zones}

    def phones(self) -> list[phone.ContactPhone]:
        return [phone.of_contact(f"{self.number}{last}") for last in range(100, 200)]


PLACES = (
    Place("San Francisco", "CA", "94103", "US", "+14155550"),
    Place("Los Angeles", "CA", "90012", "US", "+12135550"),
    Place("Seattle", "WA", "98101", "US", "+12065550"),
    Place("Denver", "CO", "80202", "US", "+13035550"),
    Place("Austin", "TX", "78701", "US", "+15125550"),
    Place("Chicago", "IL", "60601", "US", "+13125550"),
    Place("Atlanta", "GA", "30303", "US", "+14045550"),
    Place("New York", "NY", "10001", "US", "+12125550"),
    Place("Boston", "MA", "02108", "US", "+16175550"),
    Place("Miami", "FL", "33101", "US", "+13055550"),
    Place("Toronto", "ON", "M5V 2T6", "CA", "+16475550"),
    Place("Vancouver", "BC", "V6B 1A1", "CA", "+16045550"),
    Place("London", None, "EC1A 1BB", "GB", "+442079460"),
    Place("Manchester", None, "M1 1AE", "GB", "+441614960"),
    Place("Berlin", None, "10115", "DE", "+493023125"),
    Place("Paris", None, "75001", "FR", "+33199000"),
    Place("Sydney", "NSW", "2000", "AU", "+61255500"),
)
STREETS = ("Main St", "Oak Ave", "Market St", "Station Rd", "High St", "Park Lane", "King St")
COMPANIES = (
    *("Acorn", "Alpine", "Amber", "Anchor", "Apex", "Aspen", "Atlas", "Beacon", "Birch", "Bluth"),
    *("Bright", "Cascade", "Cedar", "Cinder", "Cobalt", "Compass", "Copper", "Coral", "Crescent"),
    *("Delta", "Ember", "Evergreen", "Falcon", "Fern", "Glacier", "Granite", "Harbor", "Hazel"),
    *("Heron", "Indigo", "Ivory", "Juniper", "Keystone", "Lantern", "Linden", "Lumen", "Maple"),
    *("Meridian", "Mosaic", "Nimbus", "Northwind", "Oakfield", "Onyx", "Orchard", "Osprey"),
    *("Pine", "Prairie", "Quartz", "Quill", "Raven", "Redwood", "Ridge", "River", "Saffron"),
    *("Sage", "Sequoia", "Silver", "Slate", "Summit", "Tamarack", "Tidal", "Timber", "Willow"),
)
TRADES = (
    *("Analytics", "Architects", "Bakery", "Biotech", "Brewing", "Clinics", "Coffee", "Dental"),
    *("Design", "Energy", "Engineering", "Farms", "Films", "Finance", "Foods", "Freight"),
    *("Furniture", "Games", "Gardens", "Hotels", "Insurance", "Labs", "Legal", "Logistics"),
    *("Media", "Motors", "Optics", "Outfitters", "Paper", "Pharmacy", "Press", "Robotics"),
    *("Security", "Software", "Solar", "Studios", "Systems", "Telecom", "Travel", "Works"),
)
FORMS = ("Inc", "LLC", "Ltd", "Group", "& Sons", "Partners", "Co", "Holdings")
FIRST_NAMES = (
    *("Ada", "Adam", "Aisha", "Alan", "Alice", "Amir", "Ana", "Anton", "Asha", "Ben", "Bruno"),
    *("Carla", "Carmen", "Chen", "Clara", "Cyrus", "Dana", "David", "Diego", "Dora", "Elena"),
    *("Eli", "Emma", "Eric", "Eva", "Farah", "Felix", "Fiona", "Grace", "Hana", "Hugo", "Ida"),
    *("Igor", "Ines", "Ivan", "Jack", "Jana", "Jin", "Joan", "Jonas", "Julia", "Kai", "Karen"),
    *("Kofi", "Lara", "Leo", "Lily", "Luca", "Maria", "Marta", "Max", "Maya", "Mila", "Nadia"),
    *("Nils", "Nina", "Noah", "Olga", "Omar", "Oscar", "Paula", "Peter", "Priya", "Rafael"),
    *("Rosa", "Ruth", "Sam", "Sara", "Sofia", "Tara", "Theo", "Tom", "Uma", "Vera", "Yuki"),
)
LAST_NAMES = (
    *("Adams", "Ahmed", "Bauer", "Bell", "Bianchi", "Brown", "Castro", "Chen", "Clark", "Costa"),
    *("Cruz", "Diaz", "Dubois", "Evans", "Fischer", "Flores", "Foster", "Garcia", "Gomez"),
    *("Gray", "Hall", "Hansen", "Hill", "Ito", "Jones", "Kaya", "Keller", "Khan", "Kim", "King"),
    *("Klein", "Kumar", "Lee", "Lopez", "Martin", "Meyer", "Mori", "Morris", "Nguyen", "Novak"),
    *("Okafor", "Olsen", "Park", "Patel", "Perez", "Reyes", "Rossi", "Russo", "Santos", "Schmidt"),
    *("Shah", "Silva", "Singh", "Smith", "Sousa", "Suzuki", "Tanaka", "Taylor", "Torres", "Wagner"),
    *("Walker", "Wang", "Weber", "White", "Wolf", "Wood", "Wright", "Yang", "Young", "Zimmer"),
)
TITLES = (
    *("CEO", "CTO", "CFO", "Head of Sales", "Head of Operations", "Office Manager", "Owner"),
    *("Purchasing", "Marketing Director", "Founder", "Product Manager", "IT Manager"),
)
DESCRIPTIONS = (
    "Family business, in its third generation.",
    "Growing fast; hires every month.",
    "Has a tool of their own that nobody likes.",
    "Came to our booth at the trade fair.",
    "Was recommended by a customer.",
    None,
)
TODO = (
    *("Call back", "Send the quote", "Schedule a demo", "Ask for references", "Follow up"),
    *("Prepare the contract", "Check the invoice", "Introduce the support team"),
)
DEALS = tuple(
    (text, rich_text.from_text(text))
    for text in ("Starter plan", "Team plan", "Migration and training", "Yearly licence", "Pilot")
)
NOTES = tuple(
    (text, rich_text.from_text(text))
    for text in (
        "Spoke with {name}: interested, but the budget is only decided next quarter.",
        "{name} asked for a quote for 25 seats.",
        "Left a voicemail for {name}.",
        "Demo went well. {name} wants to show it to the team.\nNext step: a trial.",
        "{name} compares us with two others; price matters less than support.",
        "Sent the contract to {name}, who will have it checked.",
        "{name} is on leave until the end of the month.",
        "Renewal talked through with {name}: no objections.",
    )
)
RICH_NOTE = rich_text.clean(
    "<p>Meeting with <strong>{name}</strong>:</p><ul><li>two offices, one warehouse</li>"
    "<li>wants to start with a <em>pilot</em></li></ul>"
)
NOTES += ((rich_text.to_text(RICH_NOTE), RICH_NOTE),)

INDUSTRIES = ("Retail", "Manufacturing", "Health", "Finance", "Education", "Software", "Travel")
INTERESTS = ("Calling", "E-mail", "Reporting", "Automation", "Integrations")
CHANNELS = ("Phone", "E-mail", "Text message")
RIVALS = ("a spreadsheet", "an in-house tool", "nothing yet", "their old CRM")
REGIONS = ("North", "East", "South", "West")
SITES = ("Head Office", "Warehouse", "Shop")
CONTRACTS = ("Licence", "Support", "Training")
CALLS = tuple(
    (text, rich_text.from_text(text))
    for text in (
        "Has read the quote; decides with the board on Monday.",
        "Wants a demo for three people.",
        "Asked about support at night. Sent the terms.",
        "Nobody there who decides. Try again in the morning.",
        "Happy with the service; may need ten more seats.",
    )
)
ON_LINE = "https://zoom.us/j/5550150"
MEETINGS = (
    ("Demo", "Agenda: what you need, and what we have.", ON_LINE),
    ("Kick-off", "Who does what, and when.", "At your office"),
    ("Review", f"Join here: {ON_LINE}", None),
    ("Contract", "", None),
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
