cockpit.locale({"":{"plural-forms":n=>n != 1,"language":"de","language-direction":"ltr"},
"Intel AMT ports":[null, "Ports von Intel AMT"]});
