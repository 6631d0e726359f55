package fhir

import (
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Profiles that resources follow: HL7 Norway's basis profiles for FHIR R4, package
// hl7.fhir.no.basis 2.2. That of HealthcareService is said to be for clinical services alone.
// All offerings follow it, so that one client reads all; what is not clinical is to be told by
// its type, and by having no specialty.
const (
	profileService      = "http://hl7.no/fhir/StructureDefinition/no-basis-HealthcareService"
	profileLocation     = "http://hl7.no/fhir/StructureDefinition/no-basis-Location"
	profileOrganization = "http://hl7.no/fhir/StructureDefinition/no-basis-Organization"

	extMunicipality  = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"
	extOfficial      = "http://hl7.no/fhir/StructureDefinition/no-basis-address-official"
	extUrbanDistrict = "http://hl7.no/fhir/StructureDefinition/no-basis-urban-district"
	extProperty      = "http://hl7.no/fhir/StructureDefinition/no-basis-propertyinformation"
)

// Systems of identifiers and codes that others keep.
const (
	systemENH  = "urn:oid:2.16.578.1.12.4.1.4.101" // organisasjonsnummer, Enhetsregisteret
	systemRESH = "urn:oid:2.16.578.1.12.4.1.4.102" // RESH-id

	// What no-basis-kommunenummer prefers, and no-basis-municipalitycode binds to.
	systemKommune = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
	systemFylke   = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/fylkesnummer-alle"
	systemCountry = "urn:iso:std:iso:3166"

	systemLanguage         = "urn:ietf:bcp:47"
	systemPhysicalType     = "http://terminology.hl7.org/CodeSystem/location-physical-type"
	systemOrganizationType = "http://terminology.hl7.org/CodeSystem/organization-type"
	systemProvision        = "http://terminology.hl7.org/CodeSystem/service-provision-conditions"
	systemObservationValue = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
	systemBoolean          = "http://terminology.hl7.org/CodeSystem/special-values"
	systemLocationStatus   = "http://hl7.org/fhir/location-status"
	systemPublication      = "http://hl7.org/fhir/publication-status"
)

// specialties are the areas of health care, in Volven's code systems 8655, 8654, 9151 or
// 8451 as no-basis-HealthcareService has them, that types of offerings are. It is empty, and
// a type that is not in it carries no specialty:
//
//   - hjelpetelefon, parorendesenter, parorendegruppe, motested, organisasjon, kursportal,
//     brukerombud, barn_som_parorende, familiesenter and kompetansesenter give support, advice
//     or a place to meet. Nobody is treated there.
//   - familievernkontor and ppt are services by law of their own (familievernkontorloven,
//     opplæringslova), not health care.
//   - koordinerende_enhet, barnekoordinator, parorendekoordinator, demenskoordinator and
//     kreftkoordinator help people to services. What they coordinate has a specialty, they not.
//   - parorendestotte is relief and advice to somebody who is not a patient.
//   - lms and frisklivssentral teach.
//   - helsestasjon and habilitering are health care, but which specialty each has is said
//     where they are registered as such (Adresseregisteret, RESH), and not in this directory.
//   - annet may be anything.
//
// A type comes in here when whoever answers for it says which code it is.
var specialties = map[string]coding{}

// vocabulary is one of the code systems of this directory.
type vocabulary struct {
	id          string
	name        string // for programs
	title       string
	description string
	concepts    func(*search.View) []concept
}

const (
	vocabularyType          = "tilbudstype"
	vocabularyGroup         = "tilbudsgruppe"
	vocabularyTarget        = "malgruppe"
	vocabularyTopic         = "tema"
	vocabularyFormat        = "form"
	vocabularyAccessibility = "tilgjengelighet"
)

var vocabularies = []vocabulary{
	{vocabularyType, "Tilbudstype", "Typer tilbud til pårørende", "Hva slags tilbud det er, for eksempel familievernkontor eller barnekoordinator.", typeConcepts},
	{vocabularyGroup, "Tilbudsgruppe", "Grupper av tilbud til pårørende", "Overskriftene som typene tilbud står under.", groupConcepts},
	{vocabularyTarget, "Malgruppe", "Målgrupper", "Hvem et tilbud er for.", termConcepts(directory.TargetGroup)},
	{vocabularyTopic, "Tema", "Temaer", "Hva et tilbud handler om.", termConcepts(directory.Topic)},
	{vocabularyFormat, "TilbudsForm", "Former", "Hvordan et tilbud blir gitt, for eksempel som samtale eller kurs.", termConcepts(directory.Format)},
	{vocabularyAccessibility, "Tilgjengelighet", "Tilgjengelighet", "Hvordan et sted er tilrettelagt.", accessibilityConcepts},
}

// concepts of the vocabularies. Names are in bokmål, with the other languages beside them.

func typeConcepts(v *search.View) []concept {
	var list []concept
	for _, t := range v.Types() {
		c := named(t.Code, t.Name)
		c.Definition = t.Does.NB
		list = append(list, c)
	}
	return list
}

func groupConcepts(v *search.View) []concept {
	var list []concept
	for _, g := range v.TypeGroups() {
		list = append(list, named(g.Code, g.Name))
	}
	return list
}

func termConcepts(kind directory.TermKind) func(*search.View) []concept {
	return func(v *search.View) []concept {
		var list []concept
		for _, t := range v.Terms(kind) {
			list = append(list, named(t.Code, t.Name))
		}
		return list
	}
}

// accessibilities are named as the pages name them.
var accessibilities = []struct {
	code directory.Accessibility
	name directory.Text
}{
	{directory.WheelchairAccess, directory.Text{NB: "Tilgjengelig med rullestol", NN: "Tilgjengeleg med rullestol", EN: "Wheelchair access"}},
	{directory.HearingLoop, directory.Text{NB: "Teleslynge", NN: "Teleslyngje", EN: "Hearing loop"}},
	{directory.SignLanguage, directory.Text{NB: "Tegnspråk", NN: "Teiknspråk", EN: "Sign language"}},
	{directory.StepFree, directory.Text{NB: "Trinnfri inngang", NN: "Trinnfri inngang", EN: "Step-free entrance"}},
}

func accessibilityConcepts(*search.View) []concept {
	var list []concept
	for _, a := range accessibilities {
		list = append(list, named(string(a.code), a.name))
	}
	return list
}

func named(code string, name directory.Text) concept {
	c := concept{Code: code, Display: name.NB}
	for _, d := range []designation{{"nn", name.NN}, {"en", name.EN}} {
		if d.Value != "" {
			c.Designation = append(c.Designation, d)
		}
	}
	return c
}
